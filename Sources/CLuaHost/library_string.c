// The string library: Lua's own functions where they end soon by themselves, ours where they do not.
#include "pattern.h"

#include <limits.h>
#include <string.h>

// Work is done, and charged, in blocks of so many bytes.
#define BLOCK 65536
// Copying so many bytes, as a power of two, is worth an instruction.
#define COPY_SHIFT 4
// The longest result of rep: the last copy of it cannot be interrupted, and takes some 50 ms on a busy machine.
#define REP_LIMIT (1 << 26)
// The longest format of pack, unpack and packsize, and the most that pack may pad: Lua's own takes some 20 ms for that.
#define PACK_FORMAT_LIMIT (1 << 20)
#define PACK_PADDING_LIMIT (1 << 24)

static size_t last_place(lua_Integer last, size_t length) {
  if (last >= 0) return (lua_Unsigned)last < length ? (size_t)last : length;
  return last < -(lua_Integer)length ? 0 : length + (size_t)last + 1;
}

static int text_sub(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  size_t from = clh_place(luaL_checkinteger(L, 2), length), to = last_place(luaL_optinteger(L, 3, -1), length);
  if (from > to) {
    lua_pushliteral(L, "");
  } else {
    clh_charge(L, (to - from) >> COPY_SHIFT);
    lua_pushlstring(L, text + from - 1, to - from + 1);
  }
  return 1;
}

static void lower(char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (bytes[i] >= 'A' && bytes[i] <= 'Z') bytes[i] |= 0x20;
  }
}

static void upper(char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (bytes[i] >= 'a' && bytes[i] <= 'z') bytes[i] &= ~0x20;
  }
}

CLH_JUMPS static int change_case(lua_State *L, void (*change)(char *bytes, size_t count)) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  luaL_Buffer buffer;
  char *result = luaL_buffinitsize(L, &buffer, length);
  for (size_t done = 0; done < length; done += BLOCK) {
    size_t count = length - done < BLOCK ? length - done : BLOCK;
    memcpy(result + done, text + done, count);
    change(result + done, count);
    clh_charge(L, count >> COPY_SHIFT);
  }
  luaL_pushresultsize(&buffer, length);
  return 1;
}

static int text_lower(lua_State *L) { return change_case(L, lower); }
static int text_upper(lua_State *L) { return change_case(L, upper); }

static int text_reverse(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  luaL_Buffer buffer;
  char *result = luaL_buffinitsize(L, &buffer, length);
  for (size_t i = 0; i < length;) {
    size_t stop = length - i < BLOCK ? length : i + BLOCK;
    clh_charge(L, (stop - i) >> COPY_SHIFT);
    for (; i < stop; i++) result[i] = text[length - 1 - i];
  }
  luaL_pushresultsize(&buffer, length);
  return 1;
}

// Doubles what is there until the whole result is.
static int text_rep(lua_State *L) {
  size_t length, between;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_Integer count = luaL_checkinteger(L, 2);
  const char *separator = luaL_optlstring(L, 3, "", &between);
  size_t unit = length + between;
  if (count <= 0 || unit == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  if ((lua_Unsigned)count > REP_LIMIT / unit) return luaL_error(L, "resulting string too large");
  size_t total = (size_t)count * unit - between;
  clh_charge(L, total >> COPY_SHIFT);
  luaL_Buffer buffer;
  char *result = luaL_buffinitsize(L, &buffer, total);
  memcpy(result, text, length);
  size_t done = length;
  if (count > 1) {
    memcpy(result + length, separator, between);
    for (done = unit; done < total;) {
      // Pieces that begin where a copy begins, and small enough for the processor's cache.
      size_t piece = done;
      if (piece > BLOCK) piece = unit < BLOCK ? BLOCK / unit * unit : unit;
      if (piece > total - done) piece = total - done;
      memcpy(result + done, result, piece);
      done += piece;
      clh_charge(L, 1);
    }
  }
  luaL_pushresultsize(&buffer, done);
  return 1;
}

// How much the `c` items of a format would pad at most; the format's length is checked.
CLH_JUMPS static uint64_t check_pack_format(lua_State *L) {
  size_t length;
  const char *format = luaL_checklstring(L, 1, &length);
  luaL_argcheck(L, length <= PACK_FORMAT_LIMIT, 1, "format too long");
  clh_charge(L, length);
  uint64_t sum = 0;
  for (const char *end = format + length; (format = memchr(format, 'c', (size_t)(end - format)));) {
    uint64_t size = 0;
    for (format++; *format >= '0' && *format <= '9' && size < INT32_MAX; format++)
      size = size * 10 + (uint64_t)(*format - '0');
    sum += size;
  }
  return sum;
}

static int text_pack(lua_State *L) {
  uint64_t sizes = check_pack_format(L), given = 0;
  for (int i = lua_gettop(L); i > 1; i--) given += lua_type(L, i) == LUA_TSTRING ? lua_rawlen(L, i) : 0;
  if (sizes > given + PACK_PADDING_LIMIT) return luaL_argerror(L, 1, "too much padding");
  clh_charge(L, (sizes + given) >> COPY_SHIFT);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static int text_unpack(lua_State *L) {
  check_pack_format(L);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

// Lua's own calls it a stack overflow when memory runs out here.
static int text_byte(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_Integer start = luaL_optinteger(L, 2, 1);
  size_t from = clh_place(start, length), to = last_place(luaL_optinteger(L, 3, start), length);
  if (from > to) return 0;
  if (to - from >= INT_MAX) return luaL_error(L, "string slice too long");
  int count = (int)(to - from) + 1;
  clh_need_stack(L, count, "string slice too long");
  for (int i = 0; i < count; i++) lua_pushinteger(L, (unsigned char)text[from - 1 + (size_t)i]);
  return count;
}

// Puts a function of ours, which calls the original in its own frame, so that errors name it as Lua does, in its place.
CLH_JUMPS static void wrap(lua_State *L, const char *name, lua_CFunction f) {
  lua_getfield(L, -1, name);
  lua_pushcclosure(L, f, 1);
  lua_setfield(L, -2, name);
}

CLH_JUMPS void clh_open_string(lua_State *L) {
  static const luaL_Reg own[] = {{"find", clh_string_find},     {"match", clh_string_match},
                                 {"gmatch", clh_string_gmatch}, {"gsub", clh_string_gsub},
                                 {"rep", text_rep},             {"format", clh_string_format},
                                 {"sub", text_sub},             {"lower", text_lower},
                                 {"upper", text_upper},         {"reverse", text_reverse},
                                 {"byte", text_byte},
                                 {NULL, NULL}};
  luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);
  lua_pushnil(L);
  lua_setfield(L, -2, "dump");
  luaL_setfuncs(L, own, 0);
  wrap(L, "pack", text_pack);
  wrap(L, "unpack", text_unpack);
  wrap(L, "packsize", text_unpack);
}
