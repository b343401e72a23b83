package commands

import (
	"slices"
	"testing"
)

func TestCompleteGivesTheCommandsThatBeginSo(t *testing.T) {
	for typed, want := range map[string][]string{
		"head":    {"headcount "},
		"TABLE":   {"table claim ", "table release"},
		"nothing": nil,
	} {
		if got := Complete(typed); !slices.Equal(got, want) {
			t.Errorf("Complete(%q) = %q, want %q", typed, got, want)
		}
	}
}
