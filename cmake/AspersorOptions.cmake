# What every target of ours is built with; usage lives on the targets, nothing is global.
add_library(aspersor_options INTERFACE)
target_compile_features(aspersor_options INTERFACE cxx_std_20)
target_include_directories(aspersor_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(aspersor_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    $<$<BOOL:${ASPERSOR_WERROR}>:-Werror>)
target_compile_definitions(aspersor_options INTERFACE
    QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CONTEXTLESS_CONNECT QT_NO_FOREACH
    ASPERSOR_VERSION="${PROJECT_VERSION}")
if(ASPERSOR_SANITIZE)
    target_compile_options(aspersor_options INTERFACE -fsanitize=${ASPERSOR_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(aspersor_options INTERFACE -fsanitize=${ASPERSOR_SANITIZE})
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_AUTOMOC OFF)
# Every program lands in one folder of the build tree, so that aspersor finds ffserver and aspersor-phone
# beside itself, built or installed.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
