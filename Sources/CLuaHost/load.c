// Compiling text: load, loadfile, dofile, and what require and the host load.
//
// Text only, always: Lua does not verify bytecode, so that a made-up chunk can do anything. The text goes to the parser in
// small pieces, each charged to the task, since the parser can be made to do a lot of work and no hook runs inside it.
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PIECE 1024

typedef struct text {
  const char *bytes;
  size_t left;
  FILE *file;
  char piece[PIECE];
  int function;   // stack index of a reader function; 0 = none
  int kept;       // stack index that anchors what it gave last
  bool begun, newline;
} text;

// Fills an empty `text` from its source; false at its end.
static bool refill(lua_State *L, text *t) {
  if (t->function) {
    clh_need_stack(L, 2, "too many nested functions");
    lua_pushvalue(L, t->function);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
      return false;
    }
    if (!lua_isstring(L, -1)) luaL_error(L, "reader function must return a string");
    lua_replace(L, t->kept);
    t->bytes = lua_tolstring(L, t->kept, &t->left);
  } else if (t->newline) {
    t->newline = false;
    t->bytes = "\n";
    t->left = 1;
  } else if (t->file) {
    t->bytes = t->piece;
    t->left = fread(t->piece, 1, PIECE, t->file);
  }
  return t->left > 0;
}

static const char *next_piece(lua_State *L, void *context, size_t *size) {
  text *t = context;
  *size = 0;
  if (!t->left && !refill(L, t)) return NULL;
  if (!t->begun && *t->bytes == *LUA_SIGNATURE) {
    lua_pushliteral(L, "attempt to load a binary chunk (mode is 't')");
    lua_error(L);
  }
  t->begun = true;
  *size = t->left < PIECE ? t->left : PIECE;
  const char *piece = t->bytes;
  t->bytes += *size;
  t->left -= *size;
  clh_charge(L, *size);
  return piece;
}

// A mode without 't' refuses everything, with Lua's own words.
static int compile(lua_State *L, text *t, const char *name, const char *mode) {
  return lua_load(L, next_piece, t, name, mode && !strchr(mode, 't') ? mode : "t");
}

CLH_JUMPS int clh_load_text(lua_State *L, const char *bytes, size_t length, const char *name) {
  text t = {.bytes = bytes, .left = length};
  return compile(L, &t, name, NULL);
}

// Results of load and loadfile; `environment` = its stack index, 0 = none given.
static int conclude(lua_State *L, int status, int environment, bool was_in_grace) {
  if (status != LUA_OK) {
    if (clh_is_doomed(clh_vm_of(L), was_in_grace)) return clh_end_task(L);  // which the parser has caught
    luaL_pushfail(L);
    lua_insert(L, -2);
    return 2;
  }
  if (environment) {
    lua_pushvalue(L, environment);
    if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
  }
  return 1;
}

CLH_JUMPS int clh_load(lua_State *L) {
  bool was_in_grace = clh_vm_of(L)->in_grace;
  const char *mode = luaL_optstring(L, 3, "bt");
  int environment = lua_isnone(L, 4) ? 0 : 4;
  text t = {.left = 0};
  const char *name;
  if (lua_isstring(L, 1)) {
    t.bytes = lua_tolstring(L, 1, &t.left);
    name = luaL_optstring(L, 2, t.bytes);
  } else {
    name = luaL_optstring(L, 2, "=(load)");
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 5);
    t.function = 1;
    t.kept = 5;
  }
  return conclude(L, compile(L, &t, name, mode), environment, was_in_grace);
}

// Skips a byte order mark and a first line that begins with '#', as Lua does.
static void skip_head(text *t) {
  static const char mark[] = "\xEF\xBB\xBF";
  size_t length = fread(t->piece, 1, 3, t->file);
  if (length == 3 && memcmp(t->piece, mark, 3) == 0) length = fread(t->piece, 1, 1, t->file);
  t->bytes = t->piece;
  t->left = length;
  const char *end = memchr(t->piece, '\n', length);
  if (!length || *t->piece != '#') return;
  if (end) {
    t->left = (size_t)(t->piece + length - end);
    t->bytes = end;
    return;
  }
  for (int c = getc(t->file); c != EOF && c != '\n'; c = getc(t->file)) continue;
  t->left = 0;
  t->newline = true;
}

static int file_error(lua_State *L, const char *what, const char *name, int error) {
  lua_pushfstring(L, "cannot %s %s: %s", what, name, strerror(error));
  return LUA_ERRFILE;
}

// Loads a file, standard input without a name. Leaves the name of the chunk and above it the function or a message.
static int load_file(lua_State *L, const char *path, const char *mode) {
  const char *name = lua_pushfstring(L, path ? "@%s" : "=stdin", path);
  FILE *file = path ? fopen(path, "r") : stdin;
  if (!file) return file_error(L, "open", path, errno);
  text t = {.file = file};
  errno = 0;
  skip_head(&t);
  int status = compile(L, &t, name, mode);
  int failed = ferror(file) ? (errno ? errno : EIO) : 0;
  if (path) fclose(file);
  if (!failed) return status;
  lua_pop(L, 1);
  return file_error(L, "read", name + 1, failed);
}

CLH_JUMPS int clh_loadfile(lua_State *L) {
  const char *path = luaL_optstring(L, 1, NULL), *mode = luaL_optstring(L, 2, NULL);
  int environment = lua_isnone(L, 3) ? 0 : 3;
  bool was_in_grace = clh_vm_of(L)->in_grace;
  return conclude(L, load_file(L, path, mode), environment, was_in_grace);
}

static int dofile_k(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return lua_gettop(L) - 1;
}

CLH_JUMPS int clh_dofile(lua_State *L) {
  const char *path = luaL_optstring(L, 1, NULL);
  bool was_in_grace = clh_vm_of(L)->in_grace;
  lua_settop(L, 1);
  if (load_file(L, path, NULL) != LUA_OK)
    return clh_is_doomed(clh_vm_of(L), was_in_grace) ? clh_end_task(L) : lua_error(L);
  lua_remove(L, 2);
  lua_callk(L, 0, LUA_MULTRET, 0, dofile_k);
  return dofile_k(L, 0, 0);
}
