// `load` as in Lua's own base library, except that it takes text only, and that neither a long text nor a reader that never ends can
// hold the host: the compiler runs no instruction that a hook could look in at, so each piece is charged before it is read.
#include "internal.h"

#define PIECE 4096

typedef struct pieces {
  const char *text;
  size_t left;
} pieces;

static const char *next_piece(lua_State *L, void *data, size_t *size) {
  pieces *p = data;
  const char *piece = p->text;
  *size = p->left < PIECE ? p->left : PIECE;
  p->text += *size;
  p->left -= *size;
  clh_charge(L, *size);
  return *size ? piece : NULL;
}

// Compiles text, and leaves the function or the message. What ends the task meanwhile arrives as an error: see clh_is_doomed.
CLH_JUMPS int clh_load_text(lua_State *L, const char *text, size_t length, const char *name) {
  pieces p = {text, length};
  return lua_load(L, next_piece, &p, name, "t");
}

// Where `load` keeps the reader's last piece, so that it is not collected.
#define PIECE_SLOT 5

static const char *read_piece(lua_State *L, void *data, size_t *size) {
  (void)data;
  clh_need_stack(L, 2, "too many nested functions");
  lua_pushvalue(L, 1);
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    *size = 0;
    return NULL;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "reader function must return a string");
  lua_replace(L, PIECE_SLOT);
  const char *piece = lua_tolstring(L, PIECE_SLOT, size);
  clh_charge(L, 10 + *size);
  return piece;
}

CLH_JUMPS int clh_load(lua_State *L) {
  bool was_in_grace = clh_vm_of(L)->in_grace;
  size_t length;
  const char *text = lua_tolstring(L, 1, &length);
  luaL_optstring(L, 3, "bt");
  bool has_environment = !lua_isnone(L, 4);
  int status;
  if (text) {
    status = clh_load_text(L, text, length, luaL_optstring(L, 2, text));
  } else {
    const char *name = luaL_optstring(L, 2, "=(load)");
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, PIECE_SLOT);
    status = lua_load(L, read_piece, NULL, name, "t");
  }
  if (status != LUA_OK) {
    if (clh_is_doomed(clh_vm_of(L), was_in_grace)) return clh_end_task(L);
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  if (has_environment) {
    lua_pushvalue(L, 4);
    if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
  }
  return 1;
}
