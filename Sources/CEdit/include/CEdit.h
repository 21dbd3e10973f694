#ifndef CEDIT_H
#define CEDIT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Line editing over libedit, shaped for a program in which other threads go on printing.
 *
 * libedit's own API is used (histedit.h), not its readline imitation: that one keeps everything in global variables, offers no way
 * to leave a half-typed line from outside, and cannot put foreign output above the prompt. Here every read of a key waits on two
 * descriptors, the terminal and a wake-up pipe, so the editing thread can be told to print, to redraw or to give up the line.
 *
 * One slip_edit is used by one thread only, except for slip_edit_wake, which any thread may call.
 */
typedef struct slip_edit slip_edit;

typedef enum { SLIP_EDIT_LINE = 0, SLIP_EDIT_CANCELLED = 1, SLIP_EDIT_END = 2, SLIP_EDIT_FAILED = 3 } slip_edit_result;

typedef enum { SLIP_WAKE_CONTINUE = 0, SLIP_WAKE_CANCEL = 1, SLIP_WAKE_END = 2 } slip_wake_action;

/* What Tab does: remove `erase` characters before the cursor, insert `insert`, or show `listing` below the line. */
typedef struct {
  int erase;
  char *insert;  /* malloc'd or NULL; freed by the editor */
  char *listing; /* malloc'd or NULL; freed by the editor */
} slip_completion;

typedef struct {
  void *context;
  /* Somebody called slip_edit_wake. Runs on the editing thread, the line still on the screen. */
  slip_wake_action (*woken)(void *context);
  /* Tab: `text` is the line up to the cursor. */
  slip_completion (*complete)(void *context, const char *text, size_t length);
} slip_edit_callbacks;

/* NULL with errno set if the descriptors cannot be used. Both are duplicated, not taken over. */
slip_edit *slip_edit_open(int input, int output, const char *program, int history_size, slip_edit_callbacks callbacks);
void slip_edit_close(slip_edit *edit);

/* Reads one line. With SLIP_EDIT_LINE, *line holds *length bytes without the newline, valid until the next call.
 * A prompt may contain escape sequences between \1 and \1; they are sent literally and count no columns. */
slip_edit_result slip_edit_read(slip_edit *edit, const char *prompt, const char **line, size_t *length);

/* Makes the editing thread call `woken` soon; kept if it is not reading just now. Any thread. */
void slip_edit_wake(slip_edit *edit);

/* Inside `woken` only: take the line off the screen, write what is to stand above it, put the line back. */
void slip_edit_hide(slip_edit *edit);
void slip_edit_write(slip_edit *edit, const void *bytes, size_t length);
void slip_edit_show(slip_edit *edit);
/* Inside `woken` only: the window has another size; or the process was stopped and goes on, its terminal in a foreign mode. */
void slip_edit_resized(slip_edit *edit);
void slip_edit_resumed(slip_edit *edit);

/* Newest last. Empty lines and repetitions of the newest are left out. */
void slip_edit_remember(slip_edit *edit, const char *line);

/*
 * Signals as bytes in a pipe: the handler only writes its number, so that everything else happens on an ordinary thread.
 */

/* The end to read from, or -1. The pipe is made once and stays open. */
int slip_signals_descriptor(void);
/* 0, or -1 with errno. Releasing puts back what was there before. */
int slip_signals_trap(int signal_number);
int slip_signals_release(int signal_number);

/* Columns of a Unicode scalar on a terminal: 0, 1 or 2; -1 for control characters. Independent of the process's locale. */
int slip_scalar_width(uint32_t scalar);
/* The window size of a terminal; 0 on success. */
int slip_window_size(int descriptor, int *columns, int *rows);

#endif
