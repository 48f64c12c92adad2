// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/encoderpool.h"

#include <utility>

namespace aspersor::serve {

tl::expected<std::shared_ptr<Encoder>, OpenError>
EncoderPool::start(EncoderSetup setup, StreamListener &listener, Observer &observer)
{
    const std::lock_guard lock(m_mutex);
    if (m_encoders.size() >= maxEncoders)
        return tl::unexpected(OpenError{503, "All " + std::to_string(maxEncoders) +
                                                 " encoders are at work; try again later, or watch a stream "
                                                 "that is not encoded."});
    m_encoders.push_back(std::make_shared<Encoder>(std::move(setup), listener, observer));
    return m_encoders.back();
}

void EncoderPool::tick()
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_encoders,
                  [](const auto &encoder) { return encoder->done() && encoder.use_count() == 1; });
}

} // namespace aspersor::serve
