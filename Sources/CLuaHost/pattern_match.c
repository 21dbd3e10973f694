// Matches a compiled pattern, without recursion.
//
// What may be tried otherwise is kept as choices on a stack of its own. Captures need not be restored when a choice is
// taken up: every item after it runs again, in order. How deep Lua's own matcher would have nested is counted: its limit
// ("pattern too complex") is part of what scripts see, and bounds the stack of choices.
#include "pattern.h"

#include <string.h>

#define FUEL 4096
// Up to this depth loops may look ahead: beyond, an item in between could be "too complex", which must not be skipped.
#define LOOK_AHEAD_DEPTH (CLH_MAX_DEPTH - 2 * CLH_MAX_CAPTURES - 1)

void clh_match_begin(clh_match *m, lua_State *L, const clh_program *program, const char *subject, size_t length) {
  m->L = L;
  m->program = program;
  m->begin = m->start = (const unsigned char *)subject;
  m->end = m->begin + length;
  m->last = NULL;
  m->anchored = m->keep_program = false;
  m->slot = 0;
  m->kept = NULL;
  m->fuel = FUEL;
  m->item = NULL;
}

// Charges what was used. True if the matcher should pause and may.
CLH_JUMPS static bool refuel(clh_match *m, int64_t fuel) {
  m->fuel = FUEL;
  clh_charge(m->L, (uint64_t)(FUEL - fuel));
  return m->slot && clh_should_pause(m->L);
}

void clh_match_end(clh_match *m) {
  clh_vm_of(m->L)->work += (uint64_t)(FUEL - m->fuel);
  m->fuel = FUEL;
}

static inline bool passes(const clh_item *item, unsigned char c) {
  if (item->test == TEST_BYTE) return c == item->byte;
  return item->test == TEST_ANY || clh_set_has(item->set, c);
}

// How far a run of bytes that pass the item's test goes from `s`.
CLH_JUMPS static const unsigned char *run_end(clh_match *m, const clh_item *item, const unsigned char *s) {
  if (item->test == TEST_ANY) return m->end;
  for (;;) {
    const unsigned char *stop = m->end - s > FUEL ? s + FUEL : m->end;
    if (item->test == TEST_BYTE) {
      while (s < stop && *s == item->byte) s++;
    } else {
      while (s < stop && clh_set_has(item->set, *s)) s++;
    }
    if (s < stop || s == m->end) return s;
    clh_charge(m->L, FUEL);  // whole blocks here, the rest by the caller
  }
}

CLH_JUMPS static const unsigned char *balanced_end(clh_match *m, const clh_item *item, const unsigned char *s) {
  if (s == m->end || *s != item->byte) return NULL;
  size_t open = 1;
  for (s++; s < m->end;) {
    const unsigned char *from = s, *stop = m->end - s > FUEL ? s + FUEL : m->end;
    for (; s < stop; s++) {
      if (*s == item->other) {
        if (--open == 0) {
          m->fuel -= s - from;
          return s + 1;
        }
      } else if (*s == item->byte) {
        open++;
      }
    }
    clh_charge(m->L, (uint64_t)(s - from));
  }
  return NULL;
}

CLH_JUMPS static const unsigned char *repeated_end(clh_match *m, const clh_item *item, const unsigned char *s) {
  const clh_capture *capture = &m->captures[item->byte];
  size_t length = (size_t)(capture->end - capture->start);
  if ((size_t)(m->end - s) < length) return NULL;
  m->fuel -= (int64_t)(length >> 4);
  return memcmp(capture->start, s, length) == 0 ? s + length : NULL;
}

static bool at_frontier(const clh_match *m, const clh_item *item, const unsigned char *s) {
  unsigned char before = s > m->begin ? s[-1] : 0, here = s < m->end ? *s : 0;
  return !clh_set_has(item->set, before) && clh_set_has(item->set, here);
}

CLH_JUMPS static int too_complex(clh_match *m) { return luaL_error(m->L, "pattern too complex"); }

static inline void add_choice(clh_match *m, const clh_item *item, const unsigned char *low, const unsigned char *at,
                              int depth) {
  m->choices[m->choice_count++] = (clh_choice){item, low, at, depth};
}

// Where a `-` goes on after its present place; NULL if it cannot. With a lead it stands still only where that is, or
// after a block, so that each byte is charged.
static inline const unsigned char *next_longer(const clh_match *m, const clh_choice *choice) {
  const clh_item *item = choice->item;
  const unsigned char *s = choice->at, *stop = m->end - s > FUEL ? s + FUEL : m->end;
  if (s == m->end || !passes(item, *s)) return NULL;
  s++;
  if (item->lead < 0 || choice->depth >= LOOK_AHEAD_DEPTH) return s;
  if (item->test == TEST_ANY) {
    const unsigned char *found = memchr(s, item->lead, (size_t)(stop - s));
    return found ? found : stop;
  }
  while (s < stop && *s != item->lead && passes(item, *s)) s++;
  return s;
}

// Takes up the latest choice: the place to go on from, NULL if none is left. Sets the depth and m->item.
static inline const unsigned char *choose(clh_match *m, int *depth, int64_t *fuel) {
  while (m->choice_count) {
    clh_choice *choice = &m->choices[m->choice_count - 1];
    const clh_item *item = choice->item;
    *depth = choice->depth;
    m->item = item + 1;
    if (item->op == ITEM_LAZY) {
      const unsigned char *s = next_longer(m, choice);
      if (s) {
        *fuel -= s - choice->at;
        return choice->at = s;
      }
    } else if (item->op == ITEM_MAYBE) {
      m->choice_count--;
      return choice->at;
    } else {
      int16_t lead = choice->depth < LOOK_AHEAD_DEPTH ? item->lead : -1;
      const unsigned char *s = choice->at - 1;
      if (lead >= 0) {
        const unsigned char *stop = s - choice->low > FUEL ? s - FUEL : choice->low;
        while (s > stop && *s != lead) s--;
        *fuel -= choice->at - s;
      }
      if (s == choice->low) m->choice_count--;
      return choice->at = s;
    }
    m->choice_count--;
  }
  return NULL;
}

// One attempt at m->start, or the rest of one. Its end is m->stop.
CLH_JUMPS static int attempt(clh_match *m) {
  const unsigned char *const end = m->end;
  const unsigned char *s, *next;
  const clh_item *item;
  int depth;
  int64_t fuel = m->fuel;
  if (m->item) {
    item = m->item;
    s = m->at;
    depth = m->depth;
  } else {
    item = m->program->items;
    s = m->start;
    depth = 1;
    m->choice_count = 0;
  }
  for (;; item++) {
    if (--fuel < 0) {
      if (refuel(m, fuel)) {
        m->item = item;
        m->at = s;
        m->depth = depth;
        return CLH_PAUSED;
      }
      fuel = m->fuel;
    }
    switch (item->op) {
      case ITEM_ANY:
        if (s == end) break;
        s++;
        continue;
      case ITEM_BYTE:
        if (s == end || *s != item->byte) break;
        s++;
        continue;
      case ITEM_SET:
        if (s == end || !clh_set_has(item->set, *s)) break;
        s++;
        continue;
      case ITEM_STAR:
      case ITEM_PLUS:
        next = run_end(m, item, s);
        if (next == s) {
          if (item->op == ITEM_PLUS) break;
          continue;
        }
        if (item->test != TEST_ANY) fuel -= (next - s) % FUEL;
        if (item->op == ITEM_PLUS) s++;
        if (next != s) add_choice(m, item, s, next, depth + 1);
        s = next;
        if (++depth > CLH_MAX_DEPTH) too_complex(m);
        if (item->lead >= 0 && (s == end || *s != item->lead) && depth < LOOK_AHEAD_DEPTH) break;
        continue;
      case ITEM_LAZY:
        if (s == end || !passes(item, *s)) continue;
        add_choice(m, item, s, s, depth + 1);
        if (++depth > CLH_MAX_DEPTH) too_complex(m);
        if (item->lead >= 0 && *s != item->lead && depth < LOOK_AHEAD_DEPTH) break;
        continue;
      case ITEM_MAYBE:
        if (s == end || !passes(item, *s)) continue;
        add_choice(m, item, s, s, depth);
        s++;
        if (++depth > CLH_MAX_DEPTH) too_complex(m);
        continue;
      case ITEM_OPEN:
      case ITEM_POSITION:
        m->captures[item->byte].start = s;
        if (++depth > CLH_MAX_DEPTH) too_complex(m);
        continue;
      case ITEM_CLOSE:
        m->captures[item->byte].end = s;
        if (++depth > CLH_MAX_DEPTH) too_complex(m);
        continue;
      case ITEM_BACK:
      case ITEM_BALANCE:
        m->fuel = fuel;
        next = item->op == ITEM_BACK ? repeated_end(m, item, s) : balanced_end(m, item, s);
        fuel = m->fuel;
        if (!next) break;
        s = next;
        continue;
      case ITEM_FRONTIER:
        if (!at_frontier(m, item, s)) break;
        continue;
      case ITEM_END:
        if (s != end) break;
        continue;
      case ITEM_NEVER:
        break;
      case ITEM_DONE:
        m->stop = s;
        m->item = NULL;
        m->fuel = fuel;
        return CLH_MATCH;
      default:
        clh_pattern_error(m->L, item);
    }
    s = choose(m, &depth, &fuel);
    if (!s) {
      m->item = NULL;
      m->fuel = fuel;
      return CLH_NO_MATCH;
    }
    item = m->item - 1;
  }
}

// Moves m->start to where a match can begin; false if nowhere.
CLH_JUMPS static bool skip(clh_match *m) {
  const clh_program *program = m->program;
  if (program->lead >= 0) {
    while (m->start < m->end) {
      size_t length = (size_t)(m->end - m->start);
      if (length > 16 * FUEL) length = 16 * FUEL;
      const unsigned char *found = memchr(m->start, program->lead, length);
      const unsigned char *next = found ? found : m->start + length;
      m->fuel -= (next - m->start) >> 4;
      m->start = next;
      if (found) return true;
      if (m->fuel < 0) refuel(m, m->fuel);
    }
    return false;
  }
  if (!program->first_set) return true;
  const unsigned char *s = m->start;
  while (s < m->end) {
    const unsigned char *from = s, *stop = m->end - s > FUEL ? s + FUEL : m->end;
    while (s < stop && !clh_set_has(program->first_set, *s)) s++;
    m->fuel -= s - from;
    m->start = s;
    if (s < stop) return true;
    if (m->fuel < 0) refuel(m, m->fuel);
  }
  return false;
}

// Moves the match into a userdata, with its choices and, if need be, its program.
CLH_JUMPS static void keep(clh_match *m) {
  lua_State *L = m->L;
  clh_vm *vm = clh_vm_of(L);
  bool over = vm->alloc.over;
  vm->alloc.nofail++;  // a turn for others must not be an error of the script's
  clh_kept *kept = lua_newuserdatauv(L, sizeof *kept, 0);
  vm->alloc.nofail--;
  vm->alloc.over = over;
  lua_replace(L, m->slot);
  kept->match = *m;
  kept->match.kept = kept;
  memcpy(kept->choices, m->choices, (size_t)m->choice_count * sizeof *m->choices);
  kept->match.choices = kept->choices;
  m->kept = kept;
  if (!m->keep_program) return;
  clh_program_copy(&kept->program, m->program);
  kept->match.program = &kept->program;
  kept->match.keep_program = false;
  kept->match.item = kept->program.items + (m->item - m->program->items);
  for (int i = 0; i < m->choice_count; i++)
    kept->choices[i].item = kept->program.items + (m->choices[i].item - m->program->items);
}

CLH_JUMPS int clh_match_next(clh_match *m) {
  clh_choice room[CLH_MAX_DEPTH];
  if (!m->kept) m->choices = room;
  for (;;) {
    if (!m->item && !m->anchored && !skip(m)) return CLH_NO_MATCH;
    int code = attempt(m);
    if (code == CLH_MATCH && m->stop != m->last) return code;
    if (code == CLH_PAUSED) {
      if (!m->kept) keep(m);
      return code;
    }
    if (m->anchored || m->start == m->end) return CLH_NO_MATCH;
    m->start++;
  }
}
