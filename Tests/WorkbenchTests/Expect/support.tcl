# What the scripts share: the binary under test comes in SLIPWAY_BINARY, its directories in HOME and the XDG variables.
set timeout 20
set binary $env(SLIPWAY_BINARY)
log_user 1
set env(NO_COLOR) 1

proc fail {what} {
  puts "\nFAILED: $what"
  exit 1
}

# Waits for a text on the screen.
proc see {pattern {what ""}} {
  global expect_out
  expect {
    -re $pattern { return }
    timeout { fail "no '$pattern' $what" }
    eof { fail "ended before '$pattern' $what" }
  }
}

# The process has ended with this status.
proc ends_with {status} {
  expect {
    eof {}
    timeout { fail "does not end" }
  }
  set result [wait]
  if {[lindex $result 2] != 0 || [lindex $result 3] != $status} { fail "ended with $result, expected $status" }
}
