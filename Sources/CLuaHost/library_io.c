// Lua's own `io`, with a standard output that goes where print goes.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "internal.h"

#include <errno.h>
#include <stdio.h>

#define OUTPUT_BUFFER 65536
// Where Lua's library keeps the default output file; not in any header.
#define DEFAULT_OUTPUT "_IO_output"

static ssize_t write_output(void *context, const char *bytes, size_t length) {
  clh_vm *vm = context;
  if (!clh_add_output(vm, length)) return -1;
  vm->callbacks.print(vm->callbacks.context, bytes, length);
  return (ssize_t)length;
}

static int refuse_to_seek(void *context, off64_t *offset, int whence) {
  (void)context, (void)offset, (void)whence;
  errno = ESPIPE;
  return -1;
}

static int refuse_to_close(lua_State *L) {
  luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  stream->closef = refuse_to_close;
  luaL_pushfail(L);
  lua_pushliteral(L, "cannot close standard file");
  return 2;
}

// Writes the arguments from `first` on; the file is on top. Lua's own, but standard output keeps its order with print.
static int write_values(lua_State *L, FILE *file, int first) {
  clh_vm *vm = clh_vm_of(L);
  int end = lua_gettop(L);
  bool ok = true, was_in_grace = vm->in_grace;
  for (int i = first; i < end; i++) {
    if (lua_type(L, i) == LUA_TNUMBER) {
      int length = lua_isinteger(L, i) ? fprintf(file, LUA_INTEGER_FMT, (LUAI_UACINT)lua_tointeger(L, i))
                                       : fprintf(file, LUA_NUMBER_FMT, (LUAI_UACNUMBER)lua_tonumber(L, i));
      ok = ok && length > 0;
    } else {
      size_t length;
      const char *bytes = luaL_checklstring(L, i, &length);
      ok = ok && fwrite(bytes, 1, length, file) == length;
    }
  }
  if (file == vm->standard_output) ok = fflush(file) == 0 && ok;
  if (clh_is_doomed(vm, was_in_grace)) return clh_end_task(L);  // by the limit of output
  return ok ? 1 : luaL_fileresult(L, 0, NULL);
}

static int io_write(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, DEFAULT_OUTPUT);
  luaL_Stream *stream = lua_touserdata(L, -1);
  if (!stream->closef) return luaL_error(L, "default output file is closed");
  return write_values(L, stream->f, 1);
}

static int file_write(lua_State *L) {
  luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  if (!stream->closef) return luaL_error(L, "attempt to use a closed file");
  lua_pushvalue(L, 1);
  return write_values(L, stream->f, 2);
}

static void set_function(lua_State *L, const char *name, lua_CFunction f) {
  lua_pushcfunction(L, f);
  lua_setfield(L, -2, name);
}

static FILE *open_output(clh_vm *vm) {
  FILE *file = fopencookie(vm, "w", (cookie_io_functions_t){.write = write_output, .seek = refuse_to_seek});
  if (file) setvbuf(file, NULL, _IOFBF, OUTPUT_BUFFER);
  return file;
}

CLH_JUMPS int clh_open_io(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  lua_pushcfunction(L, luaopen_io);
  lua_call(L, 0, 1);
  set_function(L, "write", io_write);
  clh_wrap_starter(L, "popen");
  vm->standard_output = open_output(vm);
  if (!vm->standard_output) return clh_raise_memory(L);
  luaL_Stream *stream = lua_newuserdatauv(L, sizeof *stream, 0);
  stream->closef = NULL;
  luaL_setmetatable(L, LUA_FILEHANDLE);
  stream->f = vm->standard_output;
  stream->closef = refuse_to_close;
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, DEFAULT_OUTPUT);
  lua_setfield(L, -2, "stdout");

  luaL_getmetatable(L, LUA_FILEHANDLE);
  lua_pushboolean(L, 0);  // a script could set a finalizer there
  lua_setfield(L, -2, "__metatable");
  lua_getfield(L, -1, "__index");
  set_function(L, "write", file_write);
  lua_pop(L, 2);
  return 1;
}

// What io.write left behind when an error ended it.
void clh_flush_io(clh_vm *vm) {
  if (vm->standard_output) fflush(vm->standard_output);
}

void clh_close_io(clh_vm *vm) {
  if (vm->standard_output) fclose(vm->standard_output);
  vm->standard_output = NULL;
}
