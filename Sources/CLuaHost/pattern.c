// string.find, match and gmatch, as in Lua's manual, on the matcher that can be charged and paused.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE  // memmem
#endif
#include "pattern.h"

#include <string.h>

#define SEARCH_BLOCK (1 << 20)
#define SHORT_TEXT 256

// Pushes a capture; without captures, the first is the whole match.
CLH_JUMPS void clh_push_capture(clh_match *m, int index) {
  const clh_program *program = m->program;
  if (index >= program->captures) {
    if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
    lua_pushlstring(m->L, (const char *)m->start, (size_t)(m->stop - m->start));
  } else if (program->positions >> index & 1) {
    lua_pushinteger(m->L, m->captures[index].start - m->begin + 1);
  } else {
    if (program->unfinished >> index & 1) luaL_error(m->L, "unfinished capture");
    const clh_capture *capture = &m->captures[index];
    lua_pushlstring(m->L, (const char *)capture->start, (size_t)(capture->end - capture->start));
  }
}

// Pushes all captures, or the whole match if there are none and it is wanted.
CLH_JUMPS int clh_push_captures(clh_match *m, bool whole) {
  int count = m->program->captures;
  if (count == 0 && whole) count = 1;
  clh_need_stack(m->L, count, "too many captures");
  for (int i = 0; i < count; i++) clh_push_capture(m, i);
  return count;
}

static bool is_plain(const char *pattern, size_t length) {
  for (size_t i = 0; i < length; i++) {
    switch (pattern[i]) {
      case '^': case '$': case '*': case '+': case '?': case '.': case '(': case '[': case '%': case '-': return false;
    }
  }
  return true;
}

// memmem, without its start-up cost when both are short.
static const char *find_short(const char *text, size_t length, const char *wanted, size_t wanted_length) {
  if (length > SHORT_TEXT) return memmem(text, length, wanted, wanted_length);
  const char *stop = text + (length - wanted_length + 1);
  while ((text = memchr(text, *wanted, (size_t)(stop - text)))) {
    if (memcmp(text, wanted, wanted_length) == 0) return text;
    text++;
  }
  return NULL;
}

// Finds a text in a text, block by block.
CLH_JUMPS static const char *find_text(lua_State *L, const char *text, size_t length, const char *wanted,
                                       size_t wanted_length) {
  if (wanted_length == 0) return text;
  while (length >= wanted_length) {
    size_t block = length - wanted_length < SEARCH_BLOCK ? length : SEARCH_BLOCK + wanted_length;
    const char *found = find_short(text, block, wanted, wanted_length);
    size_t searched = found ? (size_t)(found - text) : block;
    clh_charge(L, searched >> 4);
    if (found) return found;
    text += block - wanted_length + 1;
    length -= block - wanted_length + 1;
  }
  return NULL;
}

static int after_pause(lua_State *L, int status, lua_KContext slot);

CLH_JUMPS static int conclude(lua_State *L, clh_match *m, bool find) {
  switch (clh_match_next(m)) {
    case CLH_MATCH: break;
    case CLH_PAUSED:
      m->kept->find = find;
      return clh_pause(L, m->slot, after_pause);
    default:
      clh_match_end(m);
      lua_pushnil(L);
      return 1;
  }
  clh_match_end(m);
  if (!find) return clh_push_captures(m, true);
  lua_pushinteger(L, m->start - m->begin + 1);
  lua_pushinteger(L, m->stop - m->begin);
  return clh_push_captures(m, false) + 2;
}

static int after_pause(lua_State *L, int status, lua_KContext slot) {
  (void)status;
  clh_kept *kept = lua_touserdata(L, (int)slot);
  return conclude(L, &kept->match, kept->find);
}

CLH_JUMPS static int search(lua_State *L, bool find) {
  size_t length, pattern_length;
  const char *subject = luaL_checklstring(L, 1, &length);
  const char *pattern = luaL_checklstring(L, 2, &pattern_length);
  size_t from = clh_place(luaL_optinteger(L, 3, 1), length) - 1;
  if (from > length) {
    lua_pushnil(L);
    return 1;
  }
  if (find && (lua_toboolean(L, 4) || is_plain(pattern, pattern_length))) {
    const char *found = find_text(L, subject + from, length - from, pattern, pattern_length);
    if (!found) {
      lua_pushnil(L);
      return 1;
    }
    lua_pushinteger(L, found - subject + 1);
    lua_pushinteger(L, found - subject + (lua_Integer)pattern_length);
    return 2;
  }
  lua_settop(L, 3);
  clh_program program;
  clh_match m;
  bool anchored = pattern_length && *pattern == '^';
  clh_compile(L, &program, pattern + anchored, pattern_length - anchored);
  clh_match_begin(&m, L, &program, subject, length);
  m.start += from;
  m.anchored = anchored;
  m.keep_program = true;
  m.slot = 3;
  return conclude(L, &m, find);
}

CLH_JUMPS int clh_string_find(lua_State *L) { return search(L, true); }
CLH_JUMPS int clh_string_match(lua_State *L) { return search(L, false); }

// What an iterator of gmatch keeps; its upvalues are the subject, the pattern, this, and the room of a long program.
typedef struct iterator {
  const unsigned char *next, *last;
  bool done;
  clh_program program;
} iterator;

static int iterate_on(lua_State *L, int status, lua_KContext slot);

CLH_JUMPS static int deliver(lua_State *L, iterator *it, clh_match *m) {
  int code = clh_match_next(m);
  if (code == CLH_PAUSED) return clh_pause(L, m->slot, iterate_on);
  clh_match_end(m);
  if (code == CLH_NO_MATCH) {
    it->done = true;
    return 0;
  }
  it->next = it->last = m->stop;
  return clh_push_captures(m, true);
}

static int iterate_on(lua_State *L, int status, lua_KContext slot) {
  (void)status;
  clh_kept *kept = lua_touserdata(L, (int)slot);
  return deliver(L, lua_touserdata(L, lua_upvalueindex(3)), &kept->match);
}

static int iterate(lua_State *L) {
  iterator *it = lua_touserdata(L, lua_upvalueindex(3));
  if (it->done) return 0;
  size_t length;
  const char *subject = lua_tolstring(L, lua_upvalueindex(1), &length);
  lua_settop(L, 1);
  clh_match m;
  clh_match_begin(&m, L, &it->program, subject, length);
  m.start = it->next;
  m.last = it->last;
  m.slot = 1;
  return deliver(L, it, &m);
}

CLH_JUMPS int clh_string_gmatch(lua_State *L) {
  size_t length, pattern_length;
  const char *subject = luaL_checklstring(L, 1, &length);
  const char *pattern = luaL_checklstring(L, 2, &pattern_length);
  size_t from = clh_place(luaL_optinteger(L, 3, 1), length) - 1;
  lua_settop(L, 2);
  iterator *it = lua_newuserdatauv(L, sizeof *it, 0);
  it->next = (const unsigned char *)subject + (from > length ? length : from);
  it->last = NULL;
  it->done = from > length;
  clh_compile(L, &it->program, pattern, pattern_length);
  lua_settop(L, 4);
  lua_pushcclosure(L, iterate, 4);
  return 1;
}
