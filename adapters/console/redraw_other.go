//go:build !unix

package console

// redraw does nothing here: the prompt comes back with the next key.
func redraw() {}
