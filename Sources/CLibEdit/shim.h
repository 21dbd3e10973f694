#include <stdio.h>n#include <editline/readline.h>
