// SPDX-License-Identifier: GPL-3.0-or-later

/// Read by jemalloc as the program begins ("Tuning" in its manual page).
///
/// A feed's pictures are freed a GOP at a time while what is made of them stays: glibc's heap then holds half
/// as much again in holes. Two arenas, and not one for each thread, since every feed has a thread; caches of
/// threads for small pieces only, since there a picture would wait for the next of its size; pages that
/// nobody uses go back after a second.
extern "C" {
extern const char *malloc_conf;
const char
    *malloc_conf = // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): the library's name for it
    "narenas:2,lg_tcache_max:10,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
