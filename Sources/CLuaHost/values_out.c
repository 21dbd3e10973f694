// Flat values to Lua values. All pushing happens after the Swift frame is gone, so a memory error jumps over C only.
#include "internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool clh_out_grow(clh_out *out, size_t count) {
  if (out->count + count <= out->capacity) return true;
  size_t capacity = out->capacity ? out->capacity * 2 : 16;
  while (capacity < out->count + count) capacity *= 2;
  clh_value *values = realloc(out->values, capacity * sizeof *values);
  if (!values) {
    out->failed = true;
    return false;
  }
  out->values = values;
  out->capacity = capacity;
  return true;
}

bool clh_out_bytes(clh_out *out, size_t length) {
  if (out->length + length <= out->bytes_capacity) return true;
  size_t capacity = out->bytes_capacity ? out->bytes_capacity : 256;
  while (capacity < out->length + length) capacity *= 2;
  char *larger = realloc(out->bytes, capacity);
  if (!larger) {
    out->failed = true;
    return false;
  }
  out->bytes = larger;
  out->bytes_capacity = capacity;
  return true;
}

bool clh_out_string(clh_out *out, const char *bytes, size_t length) {
  if (!clh_out_bytes(out, length)) return false;
  if (length) memcpy(out->bytes + out->length, bytes, length);
  clh_out_add(out, (clh_value){.kind = CLH_STRING, .offset = out->length, .length = length});
  out->length += length;
  return true;
}

clh_out *clh_out_buffer(clh_vm *vm) { return &vm->out; }

// Empties the buffer. Objects nobody took are released, large blocks given back.
void clh_out_reset(clh_vm *vm) {
  clh_out *out = &vm->out;
  for (size_t i = 0; i < out->count; i++)
    if (out->values[i].kind == CLH_OBJECT) clh_release(vm, out->values[i].handle);
  out->count = out->length = 0;
  out->failed = false;
  if (out->bytes_capacity > 1 << 20) {
    free(out->bytes);
    out->bytes = NULL;
    out->bytes_capacity = 0;
  }
  if (out->capacity > 65536) {
    clh_value *smaller = realloc(out->values, 64 * sizeof *smaller);
    if (smaller) {
      out->values = smaller;
      out->capacity = 64;
    }
  }
}

static int hint(size_t count) { return count > INT_MAX ? INT_MAX : (int)count; }

CLH_JUMPS void clh_push(lua_State *L, clh_vm *vm, size_t *at) {
  if (*at >= vm->out.count) MAY_JUMP(luaL_error(L, "the host returned a broken table"));
  clh_value *value = &vm->out.values[(*at)++];
  switch (value->kind) {
    case CLH_BOOLEAN: lua_pushboolean(L, (int)value->integer); break;
    case CLH_INTEGER: lua_pushinteger(L, value->integer); break;
    case CLH_NUMBER: lua_pushnumber(L, value->number); break;
    case CLH_STRING: MAY_JUMP(lua_pushlstring(L, vm->out.bytes + value->offset, value->length)); break;
    case CLH_FUNCTION:
    case CLH_REFERENCE: lua_rawgeti(L, LUA_REGISTRYINDEX, value->integer); break;
    case CLH_OBJECT: MAY_JUMP(clh_push_object(L, vm, value)); break;
    case CLH_TABLE: {
      size_t items = value->length, pairs = value->extra;
      MAY_JUMP(clh_need_stack(L, 8, "table for the script"));
      MAY_JUMP(lua_createtable(L, hint(items), hint(pairs)));
      for (size_t i = 1; i <= items; i++) {
        clh_push(L, vm, at);
        MAY_JUMP(lua_rawseti(L, -2, (lua_Integer)i));
      }
      for (size_t i = 0; i < pairs; i++) {
        clh_push(L, vm, at);
        if (lua_isnil(L, -1)) MAY_JUMP(luaL_error(L, "the host returned a table with a nil key"));
        clh_push(L, vm, at);
        MAY_JUMP(lua_rawset(L, -3));
      }
      break;
    }
    default: lua_pushnil(L); break;
  }
}

// Pushes every top-level value of the out buffer and answers how many.
CLH_JUMPS int clh_push_all(lua_State *L, clh_vm *vm) {
  if (vm->out.failed) MAY_JUMP(clh_raise_memory(L));
  int count = 0;
  for (size_t at = 0; at < vm->out.count; count++) {
    MAY_JUMP(clh_need_stack(L, 8, "too many results"));
    clh_push(L, vm, &at);
  }
  return count;
}
