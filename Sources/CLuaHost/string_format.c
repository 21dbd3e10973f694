// string.format as in Lua's manual, except that long texts are charged, and copied in blocks.
#include "pattern.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 65536
// Lua's own limits: of a specification, and of what one number becomes (a `%99.99f` of the largest double).
#define SPECIFICATION_LIMIT 22
#define NUMBER_LIMIT 420

typedef struct formatter {
  lua_State *L;
  luaL_Buffer buffer;
  int argument;
  char specification[SPECIFICATION_LIMIT + 10];  // from `%`, with room for a length modifier
} formatter;

CLH_JUMPS static void add_text(formatter *f, const char *text, size_t length) {
  clh_charge(f->L, length >> 4);
  luaL_addlstring(&f->buffer, text, length);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Checks that a specification has only these flags, then at most two digits of width, and of precision if it may have
// one.
CLH_JUMPS static void check(formatter *f, const char *flags, bool precision) {
  const char *s = f->specification + 1;
  s += strspn(s, flags);
  if (*s != '0') {
    for (int i = 0; i < 2 && is_digit(*s); i++) s++;
    if (precision && *s == '.') {
      s++;
      for (int i = 0; i < 2 && is_digit(*s); i++) s++;
    }
  }
  bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
  if (!letter) luaL_error(f->L, "invalid conversion specification: '%s'", f->specification);
}

// Formats with C's own function, which needs to be told the size of the integer.
CLH_JUMPS static void add_integer(formatter *f, const char *flags) {
  long long n = luaL_checkinteger(f->L, f->argument);
  check(f, flags, true);
  size_t length = strlen(f->specification);
  char letter = f->specification[length - 1];
  memcpy(f->specification + length - 1, "ll", 2);
  f->specification[length + 1] = letter;
  f->specification[length + 2] = '\0';
  char *room = luaL_prepbuffsize(&f->buffer, NUMBER_LIMIT);
  luaL_addsize(&f->buffer, (size_t)snprintf(room, NUMBER_LIMIT, f->specification, n));
}

CLH_JUMPS static void add_float(formatter *f) {
  // Which of two mistakes is told first is Lua's choice.
  bool hexadecimal = (f->specification[strlen(f->specification) - 1] | 0x20) == 'a';
  if (hexadecimal) check(f, "-+ #0", true);
  double n = luaL_checknumber(f->L, f->argument);
  if (!hexadecimal) check(f, "-+ #0", true);
  char *room = luaL_prepbuffsize(&f->buffer, NUMBER_LIMIT);
  luaL_addsize(&f->buffer, (size_t)snprintf(room, NUMBER_LIMIT, f->specification, n));
}

CLH_JUMPS static void add_character(formatter *f) {
  check(f, "-", false);
  int c = (int)luaL_checkinteger(f->L, f->argument);
  char *room = luaL_prepbuffsize(&f->buffer, NUMBER_LIMIT);
  luaL_addsize(&f->buffer, (size_t)snprintf(room, NUMBER_LIMIT, f->specification, c));
}

CLH_JUMPS static void add_pointer(formatter *f) {
  const void *pointer = lua_topointer(f->L, f->argument);
  check(f, "-", false);
  if (!pointer) {
    pointer = "(null)";
    f->specification[strlen(f->specification) - 1] = 's';
  }
  char *room = luaL_prepbuffsize(&f->buffer, NUMBER_LIMIT);
  luaL_addsize(&f->buffer, (size_t)snprintf(room, NUMBER_LIMIT, f->specification, pointer));
}

CLH_JUMPS static void add_string(formatter *f) {
  lua_State *L = f->L;
  size_t length;
  const char *text = luaL_tolstring(L, f->argument, &length);
  if (f->specification[2] != '\0') {
    luaL_argcheck(L, !memchr(text, '\0', length), f->argument, "string contains zeros");
    check(f, "-", true);
    if (length < 100 || strchr(f->specification, '.')) {
      char *room = luaL_prepbuffsize(&f->buffer, NUMBER_LIMIT);
      luaL_addsize(&f->buffer, (size_t)snprintf(room, NUMBER_LIMIT, f->specification, text));
      lua_pop(L, 1);
      return;
    }
  }
  clh_charge(L, length >> 4);
  luaL_addvalue(&f->buffer);
}

// A text as it would stand in a script.
CLH_JUMPS static void add_quoted(formatter *f, const char *text, size_t length) {
  luaL_addchar(&f->buffer, '"');
  for (size_t i = 0; i < length; i++) {
    if (i % BLOCK == BLOCK - 1) clh_charge(f->L, BLOCK);
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\' || c == '\n') {
      luaL_addchar(&f->buffer, '\\');
      luaL_addchar(&f->buffer, (char)c);
    } else if (c < 32 || c == 127) {
      bool digit_follows = i + 1 < length && is_digit(text[i + 1]);
      char *room = luaL_prepbuffsize(&f->buffer, 8);
      luaL_addsize(&f->buffer, (size_t)snprintf(room, 8, digit_follows ? "\\%03d" : "\\%d", c));
    } else {
      luaL_addchar(&f->buffer, (char)c);
    }
  }
  luaL_addchar(&f->buffer, '"');
}

CLH_JUMPS static void add_quoted_number(formatter *f) {
  char *room = luaL_prepbuffsize(&f->buffer, NUMBER_LIMIT);
  int length;
  if (lua_isinteger(f->L, f->argument)) {
    long long n = lua_tointeger(f->L, f->argument);
    length = snprintf(room, NUMBER_LIMIT, n == LLONG_MIN ? "0x%llx" : "%lld", n);
  } else {
    double n = lua_tonumber(f->L, f->argument);
    if (isnan(n)) {
      length = snprintf(room, NUMBER_LIMIT, "(0/0)");
    } else if (isinf(n)) {
      length = snprintf(room, NUMBER_LIMIT, n > 0 ? "1e9999" : "-1e9999");
    } else {
      length = snprintf(room, NUMBER_LIMIT, "%a", n);
    }
  }
  luaL_addsize(&f->buffer, (size_t)length);
}

CLH_JUMPS static void add_literal(formatter *f) {
  lua_State *L = f->L;
  size_t length;
  if (f->specification[2] != '\0') luaL_error(L, "specifier '%%q' cannot have modifiers");
  switch (lua_type(L, f->argument)) {
    case LUA_TSTRING: {
      const char *text = lua_tolstring(L, f->argument, &length);
      add_quoted(f, text, length);
      break;
    }
    case LUA_TNUMBER: add_quoted_number(f); break;
    case LUA_TNIL:
    case LUA_TBOOLEAN:
      luaL_tolstring(L, f->argument, NULL);
      luaL_addvalue(&f->buffer);
      break;
    default: luaL_argerror(L, f->argument, "value has no literal form");
  }
}

// Handles the specification that begins at `text`, after its `%`; answers where it ends.
CLH_JUMPS static const char *add_item(formatter *f, const char *text) {
  lua_State *L = f->L;
  size_t length = strspn(text, "-+ #0123456789.") + 1;
  if (length >= SPECIFICATION_LIMIT) luaL_error(L, "invalid format (too long)");
  f->specification[0] = '%';
  memcpy(f->specification + 1, text, length);
  f->specification[length + 1] = '\0';
  switch (text[length - 1]) {
    case 'c': add_character(f); break;
    case 'd': case 'i': add_integer(f, "-+0 "); break;
    case 'u': add_integer(f, "-0"); break;
    case 'o': case 'x': case 'X': add_integer(f, "-#0"); break;
    case 'a': case 'A': case 'e': case 'E': case 'f': case 'g': case 'G': add_float(f); break;
    case 'p': add_pointer(f); break;
    case 'q': add_literal(f); break;
    case 's': add_string(f); break;
    default: luaL_error(L, "invalid conversion '%s' to 'format'", f->specification);
  }
  return text + length;
}

CLH_JUMPS int clh_string_format(lua_State *L) {
  int top = lua_gettop(L);
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length), *end = text + length;
  formatter f = {.L = L, .argument = 1};
  luaL_buffinit(L, &f.buffer);
  while (text < end) {
    size_t block = (size_t)(end - text) < BLOCK ? (size_t)(end - text) : BLOCK;
    const char *mark = memchr(text, '%', block);
    if (!mark) mark = text + block;
    add_text(&f, text, (size_t)(mark - text));
    text = mark;
    if (text == end || *text != '%') continue;
    text++;
    clh_charge(L, 1);
    if (*text == '%') {
      luaL_addchar(&f.buffer, '%');
      text++;
    } else {
      if (++f.argument > top) return luaL_argerror(L, f.argument, "no value");
      text = add_item(&f, text);
    }
  }
  luaL_pushresult(&f.buffer);
  return 1;
}
