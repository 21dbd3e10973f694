#define _GNU_SOURCE
#include "CEdit.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

struct slip_edit {
  EditLine *el;
  History *history;
  FILE *in, *out;
  int wake[2];
  locale_t locale;
  slip_edit_callbacks callbacks;
  const char *prompt;
  slip_edit_result leaving; /* why getc gave up; SLIP_EDIT_LINE: it did not */
  mbstate_t decoding;
};

static const char ESCAPES = '\1';

static slip_edit *owner(EditLine *el) {
  void *data = NULL;
  el_get(el, EL_CLIENTDATA, &data);
  return data;
}

static char *prompt_of(EditLine *el) { return (char *)(uintptr_t)owner(el)->prompt; }

/* ---- where things are on the screen: needed because libedit does not say ---- */

typedef struct {
  int columns, row, column;
} place;

static void advance(place *at, wchar_t c) {
  int width;
  if (c == L'\n') {
    at->row++;
    at->column = 0;
    return;
  } else if (c == L'\t') {
    width = 8 - at->column % 8;
  } else if (c < 0x20 || c == 0x7f) {
    width = 2; /* ^X */
  } else {
    width = wcwidth(c);
    width = width < 0 ? 8 : width; /* \U+XXXXX */
  }
  if (at->column + width > at->columns) {
    at->row++;
    at->column = 0;
  }
  at->column += width;
  if (at->column >= at->columns) {
    at->row++;
    at->column -= at->columns;
  }
}

static void measure(slip_edit *edit, int *cursor_row, int *last_row) {
  int columns = 80, rows = 24;
  slip_window_size(fileno(edit->in), &columns, &rows);
  place at = {columns, 0, 0};
  mbstate_t state;
  memset(&state, 0, sizeof state);
  bool literal = false;
  for (const char *p = edit->prompt; *p;) {
    wchar_t c;
    size_t used = mbrtowc(&c, p, strlen(p), &state);
    if (used == (size_t)-1 || used == (size_t)-2 || used == 0) {
      c = L'?';
      used = 1;
      memset(&state, 0, sizeof state);
    }
    p += used;
    if (c == ESCAPES) {
      literal = !literal;
    } else if (!literal) {
      advance(&at, c);
    }
  }
  const LineInfoW *line = el_wline(edit->el);
  *cursor_row = at.row;
  for (const wchar_t *p = line->buffer; p < line->lastchar; p++) {
    if (p == line->cursor) {
      *cursor_row = at.row;
    }
    advance(&at, *p);
  }
  if (line->cursor == line->lastchar) {
    *cursor_row = at.row;
  }
  *last_row = at.row;
}

void slip_edit_hide(slip_edit *edit) {
  int row, last;
  measure(edit, &row, &last);
  if (row > 0) {
    fprintf(edit->out, "\x1b[%dA", row);
  }
  fputs("\r\x1b[J", edit->out);
  fflush(edit->out);
}

void slip_edit_write(slip_edit *edit, const void *bytes, size_t length) {
  fwrite(bytes, 1, length, edit->out);
  fflush(edit->out);
}

void slip_edit_show(slip_edit *edit) { el_set(edit->el, EL_REFRESH); }

void slip_edit_resized(slip_edit *edit) {
  slip_edit_hide(edit);
  el_resize(edit->el);
  el_set(edit->el, EL_REFRESH);
}

void slip_edit_resumed(slip_edit *edit) {
  el_set(edit->el, EL_PREP_TERM, 0);
  el_set(edit->el, EL_PREP_TERM, 1);
  el_set(edit->el, EL_REFRESH);
}

/* Below the whole line, at the left margin. */
static void below(slip_edit *edit, const char *text) {
  int row, last;
  measure(edit, &row, &last);
  if (last > row) {
    fprintf(edit->out, "\x1b[%dB", last - row);
  }
  fprintf(edit->out, "%s\r\n", text);
  fflush(edit->out);
}

/* ---- keys ---- */

static void drain(int descriptor) {
  char bytes[64];
  while (read(descriptor, bytes, sizeof bytes) > 0) {
  }
}

/* libedit's source of keys: 1 and a character, 0 at the end, -1 to leave the line. */
static int next_key(EditLine *el, wchar_t *key) {
  slip_edit *edit = owner(el);
  for (;;) {
    struct pollfd ready[2] = {{fileno(edit->in), POLLIN, 0}, {edit->wake[0], POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) {
      if (errno == EINTR) {
        continue;
      }
      edit->leaving = SLIP_EDIT_FAILED;
      return -1;
    }
    if (ready[1].revents) {
      drain(edit->wake[0]);
      switch (edit->callbacks.woken(edit->callbacks.context)) {
      case SLIP_WAKE_CONTINUE:
        break;
      case SLIP_WAKE_CANCEL:
        below(edit, "^C");
        edit->leaving = SLIP_EDIT_CANCELLED;
        return -1;
      case SLIP_WAKE_END:
        below(edit, "");
        edit->leaving = SLIP_EDIT_END;
        return -1;
      }
    }
    if (!ready[0].revents) {
      continue;
    }
    unsigned char byte;
    ssize_t got = read(fileno(edit->in), &byte, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
      continue;
    }
    if (got <= 0) { /* a hang-up reads as EIO: the end all the same */
      edit->leaving = SLIP_EDIT_END;
      return 0;
    }
    size_t used = mbrtowc(key, (const char *)&byte, 1, &edit->decoding);
    if (used == (size_t)-2) {
      continue;
    }
    if (used == (size_t)-1) {
      memset(&edit->decoding, 0, sizeof edit->decoding);
      *key = L'?';
    } else if (used == 0) {
      *key = L'\0';
    }
    return 1;
  }
}

static unsigned char complete_word(EditLine *el, int key) {
  (void)key;
  slip_edit *edit = owner(el);
  const LineInfo *line = el_line(el);
  slip_completion found =
      edit->callbacks.complete(edit->callbacks.context, line->buffer, (size_t)(line->cursor - line->buffer));
  unsigned char result = CC_ERROR;
  if (found.insert) {
    if (found.erase > 0) {
      el_deletestr(el, found.erase);
    }
    result = *found.insert && el_insertstr(el, found.insert) != 0 ? CC_ERROR : CC_REFRESH;
  }
  if (found.listing) {
    below(edit, "");
    fputs(found.listing, edit->out);
    fflush(edit->out);
    el_set(el, EL_REFRESH);
    result = CC_NORM;
  }
  free(found.insert);
  free(found.listing);
  return result;
}

static void bind_keys(EditLine *el) {
  el_set(el, EL_EDITOR, "emacs");
  el_set(el, EL_ADDFN, "slipway-complete", "Complete the word before the cursor", complete_word);
  static const char *const keys[][2] = {
      {"^I", "slipway-complete"},         {"^R", "em-inc-search-prev"},    {"^W", "ed-delete-prev-word"},
      {"\\e[1;5D", "ed-prev-word"},       {"\\e[1;5C", "em-next-word"},    {"\\e[3~", "ed-delete-next-char"},
      {"\\e[H", "ed-move-to-beg"},        {"\\e[F", "ed-move-to-end"},     {"\\eOH", "ed-move-to-beg"},
      {"\\eOF", "ed-move-to-end"},        {"\\e[1~", "ed-move-to-beg"},    {"\\e[4~", "ed-move-to-end"},
      {"\\e[A", "ed-prev-history"},       {"\\e[B", "ed-next-history"},    {"\\eOA", "ed-prev-history"},
      {"\\eOB", "ed-next-history"},
  };
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    el_set(el, EL_BIND, keys[i][0], keys[i][1], NULL);
  }
  el_source(el, NULL); /* the user's own ~/.editrc has the last word */
}

/* ---- life ---- */

static FILE *duplicate(int descriptor, const char *mode) {
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) {
    return NULL;
  }
  FILE *file = fdopen(copy, mode);
  if (!file) {
    close(copy);
  }
  return file;
}

slip_edit *slip_edit_open(int input, int output, const char *program, int history_size, slip_edit_callbacks callbacks) {
  slip_edit *edit = calloc(1, sizeof *edit);
  if (!edit) {
    return NULL;
  }
  edit->wake[0] = edit->wake[1] = -1;
  edit->callbacks = callbacks;
  edit->prompt = "";
  edit->locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
  edit->in = duplicate(input, "r");
  edit->out = duplicate(output, "w");
  if (!edit->in || !edit->out || pipe2(edit->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
    slip_edit_close(edit);
    return NULL;
  }
  setvbuf(edit->in, NULL, _IONBF, 0);
  locale_t before = edit->locale ? uselocale(edit->locale) : (locale_t)0;
  edit->el = el_init(program, edit->in, edit->out, edit->out);
  edit->history = history_init();
  if (edit->el && edit->history) {
    HistEvent event;
    history(edit->history, &event, H_SETSIZE, history_size);
    history(edit->history, &event, H_SETUNIQUE, 1);
    el_set(edit->el, EL_CLIENTDATA, edit);
    el_set(edit->el, EL_SIGNAL, 0);
    el_set(edit->el, EL_PROMPT_ESC, prompt_of, ESCAPES);
    el_set(edit->el, EL_HIST, history, edit->history);
    el_set(edit->el, EL_GETCFN, next_key);
    bind_keys(edit->el);
  }
  if (before) {
    uselocale(before);
  }
  if (!edit->el || !edit->history) {
    slip_edit_close(edit);
    errno = ENOTTY;
    return NULL;
  }
  return edit;
}

void slip_edit_close(slip_edit *edit) {
  if (!edit) {
    return;
  }
  if (edit->el) {
    el_end(edit->el);
  }
  if (edit->history) {
    history_end(edit->history);
  }
  if (edit->in) {
    fclose(edit->in);
  }
  if (edit->out) {
    fclose(edit->out);
  }
  for (int i = 0; i < 2; i++) {
    if (edit->wake[i] >= 0) {
      close(edit->wake[i]);
    }
  }
  if (edit->locale) {
    freelocale(edit->locale);
  }
  free(edit);
}

slip_edit_result slip_edit_read(slip_edit *edit, const char *prompt, const char **line, size_t *length) {
  locale_t before = edit->locale ? uselocale(edit->locale) : (locale_t)0;
  edit->prompt = prompt;
  edit->leaving = SLIP_EDIT_LINE;
  memset(&edit->decoding, 0, sizeof edit->decoding);
  int count = 0;
  /* libedit changes the terminal's mode after it has drawn the prompt; a Ctrl-D typed in between would be lost. */
  el_set(edit->el, EL_PREP_TERM, 1);
  const char *text = el_gets(edit->el, &count);
  edit->prompt = "";
  slip_edit_result result = edit->leaving;
  if (result == SLIP_EDIT_LINE) {
    if (!text || count <= 0) {
      result = SLIP_EDIT_END;
      fputs("\r\n", edit->out);
      fflush(edit->out);
    } else {
      size_t size = strlen(text);
      while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r')) {
        size--;
      }
      *line = text;
      *length = size;
    }
  }
  if (before) {
    uselocale(before);
  }
  return result;
}

void slip_edit_wake(slip_edit *edit) {
  ssize_t written = write(edit->wake[1], "w", 1);
  (void)written; /* full: a wake-up is on its way already */
}

void slip_edit_remember(slip_edit *edit, const char *line) {
  if (*line == '\0') {
    return;
  }
  locale_t before = edit->locale ? uselocale(edit->locale) : (locale_t)0;
  HistEvent event;
  history(edit->history, &event, H_ENTER, line);
  if (before) {
    uselocale(before);
  }
}
