//go:build !daytest

package main

import (
	"context"

	"sprintbot/sprints"
)

// startClock is the machine's clock. Only a build with the tag daytest has a
// door through which scripts of whole days set the time.
func startClock(context.Context) (sprints.Clock, error) { return sprints.System{}, nil }

// wikiLoopback says whether wiki pages on this machine may be read.
func wikiLoopback() bool { return false }
