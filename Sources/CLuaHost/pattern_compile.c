// Turns the text of a pattern into items.
//
// A pattern is one sequence without alternatives, so which captures exist, are open, or are positions is known for each
// item before anything is matched. Mistakes in a pattern are errors only when the match comes to them, as in Lua: they
// become an item, and nothing after it is looked at.
#include "pattern.h"

#include <string.h>

#define CLASS(low, high) {low, high, 0, 0}, {~(low), ~(high), ~UINT64_C(0), ~UINT64_C(0)}
#define ALPHA UINT64_C(0x07FFFFFE07FFFFFE)
#define DIGIT UINT64_C(0x03FF000000000000)
#define GRAPH_LOW UINT64_C(0xFFFFFFFE00000000)
#define GRAPH_HIGH UINT64_C(0x7FFFFFFFFFFFFFFF)

// Each class as in the C locale, followed by its complement; in the order of class_letters.
static const char class_letters[] = "acdglpsuwxz";
static const clh_set classes[] = {
    CLASS(UINT64_C(0), ALPHA),
    CLASS(UINT64_C(0x00000000FFFFFFFF), UINT64_C(0x8000000000000000)),
    CLASS(DIGIT, UINT64_C(0)),
    CLASS(GRAPH_LOW, GRAPH_HIGH),
    CLASS(UINT64_C(0), UINT64_C(0x07FFFFFE00000000)),
    CLASS(GRAPH_LOW & ~DIGIT, GRAPH_HIGH & ~ALPHA),
    CLASS(UINT64_C(0x0000000100003E00), UINT64_C(0)),
    CLASS(UINT64_C(0), UINT64_C(0x0000000007FFFFFE)),
    CLASS(DIGIT, ALPHA),
    CLASS(DIGIT, UINT64_C(0x0000007E0000007E)),
    CLASS(UINT64_C(1), UINT64_C(0)),
};

enum {
  ERROR_ENDS, ERROR_BRACKET, ERROR_BALANCE, ERROR_FRONTIER, ERROR_INDEX, ERROR_CLOSE, ERROR_CAPTURES
};

CLH_JUMPS int clh_pattern_error(lua_State *L, const clh_item *item) {
  switch (item->error) {
    case ERROR_ENDS: return luaL_error(L, "malformed pattern (ends with '%%')");
    case ERROR_BRACKET: return luaL_error(L, "malformed pattern (missing ']')");
    case ERROR_BALANCE: return luaL_error(L, "malformed pattern (missing arguments to '%%b')");
    case ERROR_FRONTIER: return luaL_error(L, "missing '[' after '%%f' in pattern");
    case ERROR_INDEX: return luaL_error(L, "invalid capture index %%%d", item->byte - '0');
    case ERROR_CLOSE: return luaL_error(L, "invalid pattern capture");
    default: return luaL_error(L, "too many captures");
  }
}

typedef struct compiler {
  lua_State *L;
  clh_program *program;
  const unsigned char *at, *end;
  uint32_t open;  // captures that are open here
} compiler;

// The class of a letter; NULL if it means itself.
static const uint64_t *class_of(unsigned char letter) {
  unsigned char lower = letter | 0x20;
  if (lower < 'a' || lower > 'z' || letter < 'A') return NULL;
  const char *found = strchr(class_letters, lower);
  return found ? classes[2 * (found - class_letters) + (letter != lower)] : NULL;
}

static void set_range(uint64_t *set, unsigned low, unsigned high) {
  for (unsigned c = low; c <= high; c++) set[c >> 6] |= UINT64_C(1) << (c & 63);
}

// Reads a bracket; `at` stands after its `[`. Answers NULL if it has no end.
CLH_JUMPS static const uint64_t *read_bracket(compiler *c) {
  const unsigned char *p = c->at, *end = c->end;
  bool complement = p < end && *p == '^';
  p += complement;
  // Its end is the first `]` after the first character: escapes count as one, ranges do not matter.
  const unsigned char *close = p;
  do {
    if (close == end) return NULL;
    if (*close++ == '%' && close < end) close++;
  } while (close == end || *close != ']');
  uint64_t *set = c->program->sets[c->program->set_count++];
  memset(set, 0, sizeof(clh_set));
  while (p < close) {
    if (*p == '%') {
      const uint64_t *class = class_of(*++p);
      if (class) {
        for (int i = 0; i < 4; i++) set[i] |= class[i];
      } else {
        set_range(set, *p, *p);
      }
      p++;
    } else if (p + 2 < close && p[1] == '-') {
      clh_charge(c->L, 16);
      set_range(set, *p, p[2]);
      p += 3;
    } else {
      set_range(set, *p, *p);
      p++;
    }
  }
  if (complement) {
    for (int i = 0; i < 4; i++) set[i] = ~set[i];
  }
  c->at = close + 1;
  return set;
}

static clh_item failure(int error, unsigned char byte) {
  return (clh_item){.op = ITEM_ERROR, .error = (uint16_t)error, .byte = byte};
}

static clh_item capture_item(compiler *c) {
  clh_program *program = c->program;
  bool position = c->at < c->end && *c->at == ')';
  c->at += position;
  if (program->captures >= CLH_MAX_CAPTURES) return failure(ERROR_CAPTURES, 0);
  uint8_t index = program->captures++;
  if (position) {
    program->positions |= UINT32_C(1) << index;
    return (clh_item){.op = ITEM_POSITION, .byte = index};
  }
  c->open |= UINT32_C(1) << index;
  return (clh_item){.op = ITEM_OPEN, .byte = index};
}

static clh_item closing_item(compiler *c) {
  if (!c->open) return failure(ERROR_CLOSE, 0);
  uint8_t index = (uint8_t)(31 - __builtin_clz(c->open));
  c->open &= ~(UINT32_C(1) << index);
  return (clh_item){.op = ITEM_CLOSE, .byte = index};
}

static clh_item back_item(compiler *c) {
  unsigned char digit = *c->at++;
  int index = digit - '1';
  if (index < 0 || index >= c->program->captures || c->open >> index & 1) return failure(ERROR_INDEX, digit);
  bool position = c->program->positions >> index & 1;
  return (clh_item){.op = position ? ITEM_NEVER : ITEM_BACK, .byte = (uint8_t)index};
}

static clh_item balance_item(compiler *c) {
  if (c->end - ++c->at < 2) return failure(ERROR_BALANCE, 0);
  c->at += 2;
  return (clh_item){.op = ITEM_BALANCE, .byte = c->at[-2], .other = c->at[-1]};
}

static clh_item frontier_item(compiler *c) {
  if (++c->at == c->end || *c->at != '[') return failure(ERROR_FRONTIER, 0);
  c->at++;
  const uint64_t *set = read_bracket(c);
  return set ? (clh_item){.op = ITEM_FRONTIER, .set = set} : failure(ERROR_BRACKET, 0);
}

// A test of one byte, and what may stand after it.
static clh_item byte_item(compiler *c) {
  unsigned char first = *c->at++;
  clh_item item = {.test = TEST_BYTE, .byte = first};
  if (first == '.') {
    item.test = TEST_ANY;
  } else if (first == '[') {
    item.test = TEST_SET;
    item.set = read_bracket(c);
    if (!item.set) return failure(ERROR_BRACKET, 0);
  } else if (first == '%') {
    if (c->at == c->end) return failure(ERROR_ENDS, 0);
    item.byte = *c->at++;
    item.set = class_of(item.byte);
    if (item.set) item.test = TEST_SET;
  }
  item.op = item.test;
  if (c->at < c->end) {
    switch (*c->at) {
      case '*': item.op = ITEM_STAR; break;
      case '+': item.op = ITEM_PLUS; break;
      case '-': item.op = ITEM_LAZY; break;
      case '?': item.op = ITEM_MAYBE; break;
      default: return item;
    }
    c->at++;
  }
  return item;
}

static clh_item next_item(compiler *c) {
  if (c->at == c->end) return (clh_item){.op = ITEM_DONE};
  switch (*c->at) {
    case '(': c->at++; return capture_item(c);
    case ')': c->at++; return closing_item(c);
    case '$':
      if (c->at + 1 != c->end) break;
      c->at++;
      return (clh_item){.op = ITEM_END};
    case '%':
      if (c->at + 1 == c->end) break;
      if (c->at[1] >= '0' && c->at[1] <= '9') return c->at++, back_item(c);
      if (c->at[1] == 'b') return c->at++, balance_item(c);
      if (c->at[1] == 'f') return c->at++, frontier_item(c);
      break;
  }
  return byte_item(c);
}

// Notes for each item what the rest after it must begin with, so that a loop need not try it in vain.
static void find_leads(clh_program *program) {
  int16_t lead = -1;
  const uint64_t *set = NULL;
  for (size_t i = program->item_count; i-- > 0;) {
    clh_item *item = &program->items[i];
    item->lead = lead;
    switch (item->op) {
      case ITEM_OPEN: case ITEM_CLOSE: case ITEM_POSITION: break;
      case ITEM_BYTE: case ITEM_SET: case ITEM_PLUS:
        lead = item->test == TEST_BYTE ? item->byte : -1;
        set = item->test == TEST_SET ? item->set : NULL;
        break;
      case ITEM_BALANCE: lead = item->byte, set = NULL; break;
      default: lead = -1, set = NULL;
    }
  }
  program->lead = lead;
  program->first_set = set;
}

// Gives the program room: an item for each byte and one for the end, a set for each bracket.
static void make_room(lua_State *L, clh_program *program, const char *pattern, size_t length) {
  program->items = program->inline_items;
  program->sets = program->inline_sets;
  size_t brackets = 0;
  if (length > CLH_INLINE_SETS && length <= CLH_MAX_PATTERN) {
    for (const char *p = pattern; (p = memchr(p, '[', length - (size_t)(p - pattern))); p++) brackets++;
  }
  if (length <= CLH_INLINE_ITEMS && brackets <= CLH_INLINE_SETS) return;
  if (length > CLH_MAX_PATTERN) luaL_error(L, "pattern too complex");
  clh_charge(L, length);
  size_t sets = brackets * sizeof(clh_set);
  char *room = lua_newuserdatauv(L, sets + (length + 1) * sizeof(clh_item), 0);
  program->sets = (clh_set *)room;
  program->items = (clh_item *)(room + sets);
}

CLH_JUMPS void clh_compile(lua_State *L, clh_program *program, const char *pattern, size_t length) {
  make_room(L, program, pattern, length);
  program->item_count = program->set_count = 0;
  program->captures = 0;
  program->positions = 0;
  const unsigned char *bytes = (const unsigned char *)pattern;
  compiler c = {.L = L, .program = program, .at = bytes, .end = bytes + length};
  clh_item *item = program->items;
  do *item = next_item(&c);
  while (item->op != ITEM_DONE && item++->op != ITEM_ERROR);
  if (item > program->items && item[-1].op == ITEM_ERROR) item--;
  program->item_count = (size_t)(item - program->items) + 1;
  program->unfinished = c.open;
  find_leads(program);
}

void clh_program_copy(clh_program *to, const clh_program *from) {
  *to = *from;
  if (from->items != from->inline_items) return;
  to->items = to->inline_items;
  to->sets = to->inline_sets;
  for (size_t i = 0; i < to->item_count; i++) {
    for (size_t k = 0; k < to->set_count; k++) {
      if (to->items[i].set == from->inline_sets[k]) to->items[i].set = to->inline_sets[k];
    }
  }
  for (size_t k = 0; k < to->set_count; k++) {
    if (to->first_set == from->inline_sets[k]) to->first_set = to->inline_sets[k];
  }
}
