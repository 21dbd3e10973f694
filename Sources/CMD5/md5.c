#include "cmd5.h"

#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LITTLE(value) __builtin_bswap32(value)
#else
#define LITTLE(value) (value)
#endif

#define JOIN(kind, name) kind##_##name

#define NAME(name) JOIN(plain, name)
#define LANES 4
#define TARGET
#include "md5_lanes.inc"

#if defined(__x86_64__)
#define NAME(name) JOIN(avx2, name)
#define LANES 8
#define TARGET __attribute__((target("avx2")))
#include "md5_lanes.inc"

#define NAME(name) JOIN(avx512, name)
#define LANES 16
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl")))
#include "md5_lanes.inc"
#endif

void cmd5_begin(cmd5_state *state) {
  static const uint32_t start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  for (int word = 0; word < 4; word++) {
    for (int lane = 0; lane < CMD5_LANES; lane++) state->words[word][lane] = start[word];
  }
}

void cmd5_take(cmd5_state *state, const uint8_t *const data[CMD5_LANES], size_t blocks) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    avx512_take(state, data, blocks, 0);
    return;
  }
  if (__builtin_cpu_supports("avx2")) {
    for (int first = 0; first < CMD5_LANES; first += 8) avx2_take(state, data, blocks, first);
    return;
  }
#endif
  for (int first = 0; first < CMD5_LANES; first += 4) plain_take(state, data, blocks, first);
}

void cmd5_end(const cmd5_state *state, int lane, const uint8_t *last, size_t tail, uint64_t length, uint8_t digest[16]) {
  uint8_t padded[2 * CMD5_BLOCK] = {0};
  if (tail > 0) memcpy(padded, last, tail);
  padded[tail] = 0x80;
  size_t blocks = tail < 56 ? 1 : 2;
  for (int byte = 0; byte < 8; byte++) {
    padded[blocks * CMD5_BLOCK - 8 + (size_t)byte] = (uint8_t)(length << 3 >> (8 * byte));
  }
  cmd5_state copy;
  memset(&copy, 0, sizeof copy);
  for (int word = 0; word < 4; word++) copy.words[word][0] = state->words[word][lane];
  const uint8_t *const data[4] = {padded, padded, padded, padded};
  plain_take(&copy, data, blocks, 0);
  for (int byte = 0; byte < 16; byte++) digest[byte] = (uint8_t)(copy.words[byte / 4][0] >> (8 * (byte % 4)));
}
