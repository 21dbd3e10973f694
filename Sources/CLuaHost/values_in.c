// Lua values to flat values, by raw access. Runs inside a no-fail window, so that it never raises.
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void clh_read_begin(clh_vm *vm, uint32_t reference_depth) {
  vm->reference_depth = reference_depth;
  vm->in_count = vm->in_bytes = 0;
  vm->depth = 0;
  vm->no_memory = false;
  if (vm->in_capacity > 65536) {  // give back what one large table took
    clh_value *smaller = realloc(vm->in, 1024 * sizeof *vm->in);
    if (smaller) {
      vm->in = smaller;
      vm->in_capacity = 1024;
    }
  }
}

static clh_value *add_slowly(clh_vm *vm, uint32_t kind);

static inline clh_value *add(clh_vm *vm, uint32_t kind) {
  if (vm->in_count == vm->in_capacity || vm->in_count >= vm->limits.values) return add_slowly(vm, kind);
  clh_value *value = &vm->in[vm->in_count++];
  value->kind = kind;
  return value;
}

static clh_value *add_slowly(clh_vm *vm, uint32_t kind) {
  if (vm->in_count >= vm->limits.values) {
    clh_say(vm, "too many values: all arguments together may hold %zu", vm->limits.values);
    return NULL;
  }
  clh_value *larger = realloc(vm->in, vm->in_capacity * 2 * sizeof *vm->in);
  if (!larger) {
    clh_say(vm, "%s", clh_memory_text);
    vm->no_memory = true;
    return NULL;
  }
  vm->in = larger;
  vm->in_capacity *= 2;
  return add(vm, kind);
}

// Writes where in the outermost table the reader is, as argument errors do: "field 'orders': item 3: ". `length` steps.
static void write_path(const clh_vm *vm, uint32_t length, char *buffer, size_t size) {
  size_t at = 0;
  buffer[0] = 0;
  for (uint32_t i = 0; i < length && at + 1 < size; i++) {
    if (i == 6 && length > 8) {  // the beginning tells where to look
      at += (size_t)snprintf(buffer + at, size - at, "... ");
      break;
    }
    const clh_value *key = &vm->path[i].key;
    int n;
    switch (key->kind) {
      case CLH_STRING:
        n = snprintf(buffer + at, size - at, "field '%.*s': ", (int)(key->length > 40 ? 40 : key->length), key->bytes);
        break;
      case CLH_INTEGER: n = snprintf(buffer + at, size - at, "item %lld: ", (long long)key->integer); break;
      default: n = snprintf(buffer + at, size - at, "a key: "); break;
    }
    at += n > 0 ? (size_t)n : 0;
  }
}

static bool add_text(clh_vm *vm, const char *text) {
  clh_value *value = add(vm, CLH_STRING);
  if (!value) return false;
  value->bytes = text;
  value->length = strlen(text);
  return true;
}

static bool refuse(clh_vm *vm, bool lenient, const char *placeholder, const char *problem) {
  if (lenient) return add_text(vm, placeholder);
  char path[400];
  write_path(vm, vm->depth, path, sizeof path);
  clh_say(vm, "%s%s", path, problem);
  return false;
}

static void note_key(clh_vm *vm, lua_State *L, int index) {
  clh_value *key = &vm->path[vm->depth - 1].key;
  key->kind = CLH_NIL;
  if (lua_isinteger(L, index)) {
    key->kind = CLH_INTEGER;
    key->integer = lua_tointeger(L, index);
  } else if (lua_type(L, index) == LUA_TSTRING) {
    key->kind = CLH_STRING;
    key->bytes = lua_tolstring(L, index, &key->length);
  }
}

// Reads items 1, 2, 3 … by index, then all other entries.
static bool read_in_two_passes(clh_vm *vm, lua_State *L, int index, bool lenient, size_t header) {
  lua_Integer items = 0;
  while (lua_rawgeti(L, index, items + 1) != LUA_TNIL) {
    vm->path[vm->depth - 1].key = (clh_value){.kind = CLH_INTEGER, .integer = ++items};
    if (!clh_read(vm, L, -1, lenient)) return false;
    lua_pop(L, 1);
  }
  size_t pairs = 0;
  while (lua_next(L, index)) {  // from the nil that ended the items
    lua_Integer key = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : 0;
    if (key < 1 || key > items) {
      note_key(vm, L, -2);
      if (!clh_read(vm, L, -2, lenient) || !clh_read(vm, L, -1, lenient)) return false;
      pairs++;
    }
    lua_pop(L, 1);
  }
  vm->in[header].length = (size_t)items;
  vm->in[header].extra = (uint32_t)pairs;
  return true;
}

// Reads all entries in Lua's own order, in which items almost always come first and in order.
static bool read_entries(clh_vm *vm, lua_State *L, int index, bool lenient, size_t header) {
  size_t start = vm->in_count, bytes = vm->in_bytes, items = 0, pairs = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    bool integer = lua_isinteger(L, -2);
    if (integer && lua_tointeger(L, -2) == (lua_Integer)items + 1) {
      if (pairs) {  // the next item after another entry: begin anew
        lua_pop(L, 2);
        for (size_t i = start; i < vm->in_count; i++)
          if (vm->in[i].kind == CLH_FUNCTION || vm->in[i].kind == CLH_REFERENCE)
            luaL_unref(L, LUA_REGISTRYINDEX, (int)vm->in[i].integer);
        vm->in_count = start;
        vm->in_bytes = bytes;
        return read_in_two_passes(vm, L, index, lenient, header);
      }
      vm->path[vm->depth - 1].key = (clh_value){.kind = CLH_INTEGER, .integer = (int64_t)++items};
    } else {
      note_key(vm, L, -2);
      if (!clh_read(vm, L, -2, lenient)) return false;
      pairs++;
    }
    if (!clh_read(vm, L, -1, lenient)) return false;
    lua_pop(L, 1);
  }
  vm->in[header].length = items;
  vm->in[header].extra = (uint32_t)pairs;
  return true;
}

static bool read_table(clh_vm *vm, lua_State *L, int index, bool lenient) {
  index = lua_absindex(L, index);
  const void *identity = lua_topointer(L, index);
  for (uint32_t i = 0; i < vm->depth; i++)
    if (vm->path[i].table == identity) return refuse(vm, lenient, "<cycle>", "table contains itself");
  if (vm->depth >= vm->limits.depth) {
    char problem[96];
    snprintf(problem, sizeof problem, "table is nested deeper than %u levels", vm->limits.depth);
    return refuse(vm, lenient, "<too deep>", problem);
  }
  if (!lua_checkstack(L, 8)) return refuse(vm, lenient, "<too deep>", "stack overflow");
  if (!add(vm, CLH_TABLE)) return false;
  size_t header = vm->in_count - 1;
  vm->path[vm->depth++].table = identity;
  if (!read_entries(vm, L, index, lenient, header)) return false;
  vm->depth--;
  return true;
}

static bool read_reference(clh_vm *vm, lua_State *L, int index, uint32_t kind) {
  if (!lua_checkstack(L, 5)) return refuse(vm, false, "", "stack overflow");
  clh_value *value = add(vm, kind);
  if (!value) return false;
  value->integer = LUA_NOREF;
  lua_pushvalue(L, index);
  value->integer = luaL_ref(L, LUA_REGISTRYINDEX);
  return true;
}

// Appends the value at `index`. False: clh_message says why, the stack may have grown, clh_read_abandon is due.
bool clh_read(clh_vm *vm, lua_State *L, int index, bool lenient) {
  clh_value *value;
  switch (lua_type(L, index)) {
    case LUA_TNIL: return add(vm, CLH_NIL) != NULL;
    case LUA_TBOOLEAN:
      if (!(value = add(vm, CLH_BOOLEAN))) return false;
      value->integer = lua_toboolean(L, index);
      return true;
    case LUA_TNUMBER:
      if (!(value = add(vm, CLH_NUMBER))) return false;
      if (lua_isinteger(L, index)) {
        value->kind = CLH_INTEGER;
        value->integer = lua_tointeger(L, index);
      } else {
        value->number = lua_tonumber(L, index);
      }
      return true;
    case LUA_TSTRING:
      if (!(value = add(vm, CLH_STRING))) return false;
      value->bytes = lua_tolstring(L, index, &value->length);
      vm->in_bytes += value->length;
      if (vm->in_bytes <= vm->limits.bytes) return true;
      clh_say(vm, "too many bytes: the strings of all arguments together may have %zu", vm->limits.bytes);
      return false;
    case LUA_TTABLE:
      if (vm->depth >= vm->reference_depth) return read_reference(vm, L, index, CLH_REFERENCE);
      return read_table(vm, L, index, lenient);
    case LUA_TFUNCTION: return read_reference(vm, L, index, CLH_FUNCTION);
    case LUA_TUSERDATA: {
      uint64_t handle = 0;
      if (lua_rawlen(L, index) != sizeof handle) {  // an open file of `io`
        if (vm->depth >= vm->reference_depth) return read_reference(vm, L, index, CLH_REFERENCE);
        return refuse(vm, lenient, "<file>", vm->depth ? "a file cannot be copied" : "got file");
      }
      if (!clh_object_handle(L, index, &handle)) return refuse(vm, lenient, "<closed object>", "the object is closed");
      if (!(value = add(vm, CLH_OBJECT))) return false;
      value->handle = handle;
      return true;
    }
    case LUA_TTHREAD:
      if (vm->depth >= vm->reference_depth) return read_reference(vm, L, index, CLH_REFERENCE);
      return refuse(vm, lenient, "<coroutine>", vm->depth ? "a coroutine cannot be copied" : "got coroutine");
    default: return refuse(vm, lenient, "<pointer>", vm->depth ? "light userdata cannot be copied" : "got light userdata");
  }
}

// Lets go of the references taken by an unfinished reading.
void clh_read_abandon(clh_vm *vm, lua_State *L) {
  bool room = clh_certain_stack(L, 4);
  for (size_t i = 0; room && i < vm->in_count; i++)
    if (vm->in[i].kind == CLH_FUNCTION || vm->in[i].kind == CLH_REFERENCE) {
      luaL_unref(L, LUA_REGISTRYINDEX, (int)vm->in[i].integer);
      vm->in[i].integer = CLH_NO_REFERENCE;
    }
  vm->in_count = 0;
}
