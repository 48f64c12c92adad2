// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/annexb.h"

namespace aspersor::media {

bool isLengthPrefixed(const AVCodecParameters &parameters)
{
    // avcC or hvcC (ISO/IEC 14496-15) begins with its version, 1; Annex B with a start code, 0.
    return (parameters.codec_id == AV_CODEC_ID_H264 || parameters.codec_id == AV_CODEC_ID_HEVC) &&
           parameters.extradata_size > 0 && parameters.extradata[0] == 1;
}

BitstreamFilter annexBFilter(const AVCodecParameters &parameters)
{
    AVBSFContext *raw = nullptr;
    const char *name = parameters.codec_id == AV_CODEC_ID_H264 ? "h264_mp4toannexb" : "hevc_mp4toannexb";
    if (av_bsf_alloc(av_bsf_get_by_name(name), &raw) < 0)
        return {};
    BitstreamFilter filter(raw);
    if (avcodec_parameters_copy(raw->par_in, &parameters) < 0 || av_bsf_init(raw) < 0)
        return {};
    return filter;
}

} // namespace aspersor::media
