package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

func TestAnUnknownFlagIsToldWithTheUsage(t *testing.T) {
	path, err := buildDayBot()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, "--nope").CombinedOutput()
	var code *exec.ExitError
	if !errors.As(err, &code) || !strings.Contains(string(out), "Usage: sprintbot") || !strings.Contains(string(out), "unknown flag --nope") {
		t.Errorf("%v:\n%s", err, out)
	}
}
