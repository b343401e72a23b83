//go:build unix

package console

import "syscall"

// redraw lets the line editor draw its prompt, and what was typed, again: it
// does so when it hears that the window's size may have changed.
func redraw() { syscall.Kill(syscall.Getpid(), syscall.SIGWINCH) }
