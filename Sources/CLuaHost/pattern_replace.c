// string.gsub, as in Lua's manual, on the matcher that can be charged and paused.
#include "pattern.h"

#include <string.h>

// The arguments' places, and two of our own: for a match that pauses, and for the result so far while it does.
enum { SUBJECT = 1, PATTERN, REPLACEMENT, KEPT, PARTIAL, ROOM };

typedef struct replacer {
  const unsigned char *copied;
  lua_Integer count, limit;
  bool changed;
  luaL_Buffer buffer;
} replacer;

CLH_JUMPS static void add_bytes(replacer *r, const void *bytes, size_t length) {
  luaL_addlstring(&r->buffer, bytes, length);
  clh_charge(r->buffer.L, length >> 4);
}

// Adds the replacement text with its `%` items filled in.
CLH_JUMPS static void add_text(clh_match *m, replacer *r) {
  lua_State *L = m->L;
  size_t length;
  const char *text = lua_tolstring(L, REPLACEMENT, &length), *end = text + length;
  for (const char *mark; (mark = memchr(text, '%', (size_t)(end - text))); text = mark + 2) {
    add_bytes(r, text, (size_t)(mark - text));
    char what = mark + 1 < end ? mark[1] : '\0';
    if (what == '%') {
      luaL_addchar(&r->buffer, '%');
    } else if (what == '0') {
      add_bytes(r, m->start, (size_t)(m->stop - m->start));
    } else if (what >= '1' && what <= '9') {
      clh_push_capture(m, what - '1');
      clh_charge(L, lua_rawlen(L, -1) >> 4);
      luaL_tolstring(L, -1, NULL);
      lua_remove(L, -2);
      luaL_addvalue(&r->buffer);
    } else {
      luaL_error(L, "invalid use of '%%' in replacement string");
    }
  }
  add_bytes(r, text, (size_t)(end - text));
}

// Adds what the table or function gives for a match; false and nil keep the text as it is.
CLH_JUMPS static void add_answer(clh_match *m, replacer *r, int type) {
  lua_State *L = m->L;
  if (type == LUA_TTABLE) {
    clh_push_capture(m, 0);
    lua_gettable(L, REPLACEMENT);
  } else {
    lua_pushvalue(L, REPLACEMENT);
    lua_call(L, clh_push_captures(m, true), 1);
  }
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    add_bytes(r, m->start, (size_t)(m->stop - m->start));
    return;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  clh_charge(L, lua_rawlen(L, -1) >> 4);
  luaL_addvalue(&r->buffer);
  r->changed = true;
}

static int after_pause(lua_State *L, int status, lua_KContext slot);

CLH_JUMPS static int pause_here(lua_State *L, clh_match *m, replacer *r) {
  clh_kept *kept = m->kept;
  luaL_pushresult(&r->buffer);
  lua_replace(L, PARTIAL);
  kept->copied = r->copied;
  kept->count = r->count;
  kept->limit = r->limit;
  kept->changed = r->changed;
  return clh_pause(L, KEPT, after_pause);
}

CLH_JUMPS static int replace_all(lua_State *L, clh_match *m, replacer *r) {
  int type = lua_type(L, REPLACEMENT);
  while (r->count < r->limit) {
    int code = clh_match_next(m);
    if (code == CLH_PAUSED) return pause_here(L, m, r);
    if (code == CLH_NO_MATCH) break;
    r->count++;
    add_bytes(r, r->copied, (size_t)(m->start - r->copied));
    if (type == LUA_TTABLE || type == LUA_TFUNCTION) {
      add_answer(m, r, type);
    } else {
      add_text(m, r);
      r->changed = true;
    }
    r->copied = m->last = m->start = m->stop;
    if (m->anchored) break;
  }
  clh_match_end(m);
  if (r->changed) {
    add_bytes(r, r->copied, (size_t)(m->end - r->copied));
    luaL_pushresult(&r->buffer);
  } else {
    lua_pushvalue(L, SUBJECT);
  }
  lua_pushinteger(L, r->count);
  return 2;
}

static int after_pause(lua_State *L, int status, lua_KContext slot) {
  (void)status;
  clh_kept *kept = lua_touserdata(L, (int)slot);
  replacer r = {.copied = kept->copied, .count = kept->count, .limit = kept->limit, .changed = kept->changed};
  luaL_buffinit(L, &r.buffer);
  lua_pushvalue(L, PARTIAL);
  luaL_addvalue(&r.buffer);
  lua_pushnil(L);
  lua_replace(L, PARTIAL);
  return replace_all(L, &kept->match, &r);
}

CLH_JUMPS int clh_string_gsub(lua_State *L) {
  size_t length, pattern_length;
  const char *subject = luaL_checklstring(L, SUBJECT, &length);
  const char *pattern = luaL_checklstring(L, PATTERN, &pattern_length);
  int type = lua_type(L, REPLACEMENT);
  lua_Integer limit = luaL_optinteger(L, 4, (lua_Integer)length + 1);
  bool usable = type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE || type == LUA_TFUNCTION;
  luaL_argexpected(L, usable, REPLACEMENT, "string/function/table");
  lua_settop(L, PARTIAL);
  clh_program program;
  bool anchored = pattern_length && *pattern == '^';
  clh_compile(L, &program, pattern + anchored, pattern_length - anchored);
  clh_match m;
  clh_match_begin(&m, L, &program, subject, length);
  m.anchored = anchored;
  m.keep_program = true;
  m.slot = KEPT;
  lua_settop(L, ROOM);
  replacer r = {.copied = m.start, .limit = limit};
  luaL_buffinit(L, &r.buffer);
  return replace_all(L, &m, &r);
}
