package github

import (
	"slices"
	"testing"
)

func TestClosingWords(t *testing.T) {
	for _, x := range []struct {
		words string
		want  []int
	}{
		{"Fixes #12", []int{12}},
		{"closes: #1 and Resolved #2, fix #3", []int{1, 2, 3}},
		{"fixes owner/foo#7", []int{7}},
		{"fixes OWNER/Foo#7", []int{7}},
		{"fixes other/foo#7", nil},
		{"close https://github.com/owner/foo/issues/9", []int{9}},
		{"close https://github.com/other/foo/issues/9", nil},
		{"see #12, prefixes #13, fixed in #14, fixes # 15", nil},
		{"fixes #99999999999999999999", nil},
		{"fixes #0", nil},
		{"", nil},
	} {
		if got := closes("owner/foo", x.words); !slices.Equal(got, x.want) {
			t.Errorf("%q: got %v, want %v", x.words, got, x.want)
		}
	}
}

func FuzzClosingWords(f *testing.F) {
	f.Add("fixes #1 closes: owner/foo#2")
	f.Fuzz(func(t *testing.T, s string) {
		for _, n := range closes("owner/foo", s) {
			if n <= 0 {
				t.Errorf("%q: %d", s, n)
			}
		}
	})
}
