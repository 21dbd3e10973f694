#include "cmd5.h"

#include <string.h>

/* A word of every lane; a block has as many words as there are lanes, which makes their transposition a square. */
typedef uint32_t vec __attribute__((vector_size(4 * CMD5_LANES), aligned(4)));

/* One step of a transposition: what lies DISTANCE apart on both sides of the diagonal changes places. */
#define SWAP(rows, distance) \
  for (int row = 0; row < CMD5_LANES; row++) { \
    if (row & distance) continue; \
    vec low = __builtin_shufflevector(rows[row], rows[row + distance], LOW_##distance); \
    vec high = __builtin_shufflevector(rows[row], rows[row + distance], HIGH_##distance); \
    rows[row] = low; \
    rows[row + distance] = high; \
  }
#define LOW_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define LOW_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31

/* MD5 takes its words with the lowest byte first. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define IN_ORDER(words) \
  for (int word = 0; word < 16; word++) { \
    vec value = words[word]; \
    words[word] = (value << 24) | ((value & 0xff00) << 8) | ((value >> 8) & 0xff00) | (value >> 24); \
  }
#else
#define IN_ORDER(words)
#endif

#define JOIN(kind, name) kind##_##name

#define NAME(name) JOIN(plain, name)
#define TARGET
#include "md5_lanes.h"

#if defined(__x86_64__)
#define NAME(name) JOIN(avx2, name)
#define TARGET __attribute__((target("avx2")))
#include "md5_lanes.h"

#define NAME(name) JOIN(avx512, name)
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl")))
#include "md5_lanes.h"
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
    avx512_take(state, data, blocks);
    return;
  }
  if (__builtin_cpu_supports("avx2")) {
    avx2_take(state, data, blocks);
    return;
  }
#endif
  plain_take(state, data, blocks);
}

void cmd5_end(const cmd5_state *state, int lane, const uint8_t *last, size_t tail, uint64_t length, uint8_t digest[16]) {
  uint8_t padded[2 * CMD5_BLOCK] = {0};
  if (tail > 0) memcpy(padded, last, tail);
  padded[tail] = 0x80;
  size_t blocks = tail < 56 ? 1 : 2;
  for (int byte = 0; byte < 8; byte++) {
    padded[blocks * CMD5_BLOCK - 8 + (size_t)byte] = (uint8_t)(length << 3 >> (8 * byte));
  }
  cmd5_state copy = *state;
  const uint8_t *data[CMD5_LANES];
  for (int other = 0; other < CMD5_LANES; other++) data[other] = padded;
  cmd5_take(&copy, data, blocks);
  for (int byte = 0; byte < 16; byte++) digest[byte] = (uint8_t)(copy.words[byte / 4][lane] >> (8 * (byte % 4)));
}
