#ifndef CMD5_H
#define CMD5_H

#include <stddef.h>
#include <stdint.h>

/* MD5 of sixteen messages at a time (RFC 1321).
 *
 * One message cannot use a modern core: each of MD5's steps waits for the one before. The steps of several messages wait for
 * each other in nothing, so a vector unit takes one message in each of its lanes. */
enum { CMD5_LANES = 16, CMD5_BLOCK = 64 };

typedef struct {
  uint32_t words[4][CMD5_LANES];
} cmd5_state;

void cmd5_begin(cmd5_state *state);

/* Takes `blocks` blocks of 64 bytes in every lane; lane i's begin at data[i]. */
void cmd5_take(cmd5_state *state, const uint8_t *const data[CMD5_LANES], size_t blocks);

/* The digest of one lane, whose message ends with the `tail` bytes, fewer than 64, at `last`; `length` is the message's in bytes.
 * The state stays as it is, so that the other lanes go on. */
void cmd5_end(const cmd5_state *state, int lane, const uint8_t *last, size_t tail, uint64_t length, uint8_t digest[16]);

#endif
