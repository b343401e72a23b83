package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sprintbot/sprints"
)

func itoa(n int) string { return strconv.Itoa(n) }

// count is "1 seat" or "3 seats".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + many
}

// span is a length of time in words: "4 min", "1 h 10 min", "2 days".
func span(d time.Duration) string {
	m := int(d / time.Minute)
	switch {
	case m < 1:
		return "under a minute"
	case m < 60:
		return itoa(m) + " min"
	case m < 24*60 && m%60 == 0:
		return itoa(m/60) + " h"
	case m < 24*60:
		return itoa(m/60) + " h " + itoa(m%60) + " min"
	}
	return count(m/(24*60), "day", "days")
}

// about is a size in words: "about 30 min", "about 1 h".
func about(minutes int) string { return "about " + span(time.Duration(minutes)*time.Minute) }

// date is a day as people say it: "Wed 19 May".
func date(d sprints.Day) string { return d.Format("Mon 2 Jan") }

func fold(s string) string { return strings.ToLower(s) }

func split(langs string) []string {
	return strings.FieldsFunc(langs, func(r rune) bool { return r == ',' || r == '/' || r == ';' })
}

func keys(set map[string]bool) []string {
	trimmed := map[string]bool{}
	for k := range set {
		if k = strings.TrimSpace(k); k != "" {
			trimmed[k] = true
		}
	}
	return slices.SortedFunc(maps.Keys(trimmed), func(x, y string) int { return strings.Compare(fold(x), fold(y)) })
}

// webAddress is s if it is an address of the web, "" for anything else, so
// that no other scheme becomes a link.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return s
}

// ownPath is s if it is a path of these pages, else fallback: where a form
// leads to is never another site.
func ownPath(s, fallback string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(s, "/") ||
		strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return fallback
	}
	return s
}
