package web_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// luminance is that of WCAG 2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	lin := func(c uint64) float64 {
		v := float64(c&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(n>>16) + 0.7152*lin(n>>8) + 0.0722*lin(n)
}

func TestTextIsReadableInBothThemes(t *testing.T) {
	css, err := os.ReadFile("static/site.css")
	if err != nil {
		t.Fatal(err)
	}
	themes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllSubmatch(css, 2)
	token := regexp.MustCompile(`--([a-z-]+): (#[0-9A-F]{6})`)
	colours := map[string]string{}
	for i, theme := range themes {
		for _, m := range token.FindAllSubmatch(theme[1], -1) {
			colours[string(m[1])] = string(m[2])
		}
		for _, pair := range []struct {
			text, ground string
			least        float64
		}{
			{"ink", "paper", 7}, {"ink", "card", 7}, {"ink", "wash", 7}, {"soft", "paper", 4.5}, {"soft", "card", 4.5}, {"soft", "wash", 4.5},
			{"ok", "paper", 4.5}, {"ok", "wash", 4.5}, {"warn", "paper", 4.5}, {"warn", "card", 4.5}, {"stop", "card", 4.5}, {"on-place", "place", 7},
			{"line", "paper", 3}, {"line", "card", 3},
		} {
			x, y := luminance(t, colours[pair.text]), luminance(t, colours[pair.ground])
			if ratio := (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05); ratio < pair.least {
				t.Errorf("theme %d: %s on %s is %.2f, want %.1f", i, pair.text, pair.ground, ratio, pair.least)
			}
		}
	}
}
