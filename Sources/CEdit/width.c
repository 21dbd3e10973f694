#define _GNU_SOURCE
#include "CEdit.h"

#include <locale.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <wchar.h>

static locale_t utf8;
static pthread_once_t utf8_once = PTHREAD_ONCE_INIT;

static void make_utf8(void) { utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }

int slip_scalar_width(uint32_t scalar) {
  if (scalar < 0x20 || (scalar >= 0x7f && scalar < 0xa0)) {
    return -1;
  }
  if (scalar < 0x300) {
    return 1;
  }
  pthread_once(&utf8_once, make_utf8);
  if (!utf8) {
    return 1;
  }
  locale_t before = uselocale(utf8);
  int width = wcwidth((wchar_t)scalar);
  uselocale(before);
  return width < 0 ? 1 : width; /* not in the C library's tables: newer than they are */
}

int slip_window_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return -1;
  }
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}
