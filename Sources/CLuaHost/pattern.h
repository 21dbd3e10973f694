// Patterns: compiled once for each call, then matched without recursion.
#ifndef CLH_PATTERN_H
#define CLH_PATTERN_H

#include "internal.h"

// Lua's own limits, part of what scripts can see.
#define CLH_MAX_CAPTURES 32
#define CLH_MAX_DEPTH 200
// Compiling a longer pattern than this would take long, and sixteen times its memory.
#define CLH_MAX_PATTERN (1 << 22)
// Patterns up to this size need no allocation.
#define CLH_INLINE_ITEMS 32
#define CLH_INLINE_SETS 4

// What an item of a pattern does. The first three, in this order, belong to the three tests below.
enum {
  ITEM_ANY, ITEM_BYTE, ITEM_SET,                       // one byte
  ITEM_STAR, ITEM_PLUS, ITEM_LAZY, ITEM_MAYBE,         // a byte with `*`, `+`, `-`, `?`
  ITEM_OPEN, ITEM_POSITION, ITEM_CLOSE, ITEM_BACK,     // captures
  ITEM_NEVER, ITEM_BALANCE, ITEM_FRONTIER, ITEM_END,   // `%1` of a position, `%b`, `%f`, `$`
  ITEM_DONE, ITEM_ERROR
};

enum { TEST_ANY, TEST_BYTE, TEST_SET };

typedef uint64_t clh_set[4];  // one bit for each byte

typedef struct clh_item {
  uint8_t op, test, byte, other;  // byte: the literal, the number of the capture, or the opening byte of `%b`
  int16_t lead;                   // the byte that what follows must begin with; -1 = not known
  uint16_t error;
  const uint64_t *set;
} clh_item;

typedef struct clh_program {
  clh_item *items;
  clh_set *sets;
  size_t item_count, set_count;
  const uint64_t *first_set;   // what the first byte of a match is in, if that is known
  int16_t lead;                // what the first byte of a match is; -1 = not known
  uint8_t captures;
  uint32_t positions, unfinished;  // captures that are `()`, captures without an end
  clh_item inline_items[CLH_INLINE_ITEMS + 1];
  clh_set inline_sets[CLH_INLINE_SETS];
} clh_program;

typedef struct clh_choice {
  const clh_item *item;
  const unsigned char *low, *at;
  int depth;
} clh_choice;

typedef struct clh_capture { const unsigned char *start, *end; } clh_capture;

typedef struct clh_match {
  lua_State *L;
  const clh_program *program;
  const unsigned char *begin, *end;  // the subject
  const unsigned char *start;        // where the match is tried, then where it begins
  const unsigned char *stop;         // where it ends
  const unsigned char *last;         // a match that ends here is not wanted: it is the end of the one before
  bool anchored;
  bool keep_program;                 // the program is in a C frame, and does not outlive a pause there
  int slot;                          // a free place of the Lua stack; 0 = must not pause
  struct clh_kept *kept;             // what this match is part of, once it has paused
  int64_t fuel;
  const clh_item *item;              // where to go on; NULL = with a new attempt
  const unsigned char *at;
  int depth, choice_count;
  clh_choice *choices;
  clh_capture captures[CLH_MAX_CAPTURES];
} clh_match;

// All of a match that pauses, in a userdata.
typedef struct clh_kept {
  clh_match match;
  clh_program program;
  clh_choice choices[CLH_MAX_DEPTH];
  const unsigned char *copied;       // gsub: up to where the result is made
  lua_Integer count, limit;          // gsub: replacements made, and allowed
  bool find, changed;
} clh_kept;

enum { CLH_NO_MATCH, CLH_MATCH, CLH_PAUSED };

// pattern_compile.c. Leaves a userdata on the stack if the pattern is long.
CLH_JUMPS void clh_compile(lua_State *L, clh_program *program, const char *pattern, size_t length);
CLH_JUMPS int clh_pattern_error(lua_State *L, const clh_item *item);
// Moves a program that fits inline.
void clh_program_copy(clh_program *to, const clh_program *from);

// pattern_match.c
void clh_match_begin(clh_match *m, lua_State *L, const clh_program *program, const char *subject, size_t length);
// Finds the next match from m->start on. CLH_PAUSED: yield, then go on with m->kept->match.
CLH_JUMPS int clh_match_next(clh_match *m);
void clh_match_end(clh_match *m);

// pattern.c, pattern_replace.c
CLH_JUMPS void clh_push_capture(clh_match *m, int index);
CLH_JUMPS int clh_push_captures(clh_match *m, bool whole);
CLH_JUMPS int clh_string_find(lua_State *L);
CLH_JUMPS int clh_string_match(lua_State *L);
CLH_JUMPS int clh_string_gmatch(lua_State *L);
CLH_JUMPS int clh_string_gsub(lua_State *L);
// string_format.c
CLH_JUMPS int clh_string_format(lua_State *L);

static inline bool clh_set_has(const uint64_t *set, unsigned char c) { return set[c >> 6] >> (c & 63) & 1; }

// A place as Lua's string functions take it: from 1, or negative from the end. Never below 1.
static inline size_t clh_place(lua_Integer place, size_t length) {
  if (place > 0) return (size_t)place;
  if (place == 0 || place < -(lua_Integer)length) return 1;
  return length + (size_t)place + 1;
}

#endif
