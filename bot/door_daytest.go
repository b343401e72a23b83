//go:build daytest

package main

import (
	"context"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
)

// startDebug opens the door for profiles and counts of goroutines, for tests
// only: a Unix socket named by SPRINTBOT_DEBUG that serves /debug/pprof/.
func startDebug(ctx context.Context) error {
	path := os.Getenv("SPRINTBOT_DEBUG")
	if path == "" {
		return nil
	}
	os.Remove(path) // of a start before that was killed
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	context.AfterFunc(ctx, func() { l.Close() })
	go http.Serve(l, mux) // ends with ctx, whose end closes the listener
	return nil
}
