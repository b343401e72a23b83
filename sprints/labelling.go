package sprints

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The tiers of beginner's labels, the most certain first: what a project
// marked for this very sprint says more than a general call for help.
const (
	SprintTier     = 1 // "sprint", "sprintable"
	FirstTimerTier = 2 // "first-timers-only"
	GoodFirstTier  = 3 // "good first issue"
	EasyTier       = 4 // "easy", "starter", "newcomer", "junior job"
	HelpTier       = 5 // "help wanted", "up for grabs", "docs"
)

// tierSets are the labels of each tier as sets of words. A label matches a set
// if it is the set; where loose, also if it holds the set among other words.
var tierSets = []struct {
	tier    int
	loose   bool
	phrases []phrase
}{
	// "sprint 12" is a fortnight of work somewhere else: these must be whole.
	{SprintTier, false, phrases("sprint", "sprintable", "mozsprint", "sprint event", "sprint friendly", "good sprint issue", "pycon sprint", "europython sprint")},
	{FirstTimerTier, true, phrases("first timer only", "for first timer", "first timer", "first time contributor", "first contribution")},
	{GoodFirstTier, true, phrases("good first issue", "good first bug", "good first pr", "good first task", "great first issue", "good first contribution", "good 1st issue")},
	{GoodFirstTier, false, phrases("good first")},
	{EasyTier, true, phrases("easy", "easyfix", "easyhack", "starter", "newcomer", "newbie", "novice", "beginner", "junior",
		"bite size", "bite sized", "bitesize", "low hanging fruit", "low hanging", "simple task", "teaser task", "easy pick", "new contributor",
		"contributor friendly", "difficulty low", "scope small", "effort low", "complexity low")},
	{EasyTier, false, phrases("trivial", "onboarding", "lowhangingfruit")},
	{HelpTier, true, phrases("help wanted", "up for grab", "jump in", "you take it", "please contribute", "please help", "help out",
		"contribution welcome", "community help")},
	{HelpTier, false, phrases("doc", "documentation", "hacktoberfest", "good for contributor", "you can do this", "need help")},
}

// labelPrefixes only say what sort of label it is.
var labelPrefixes = wordSet("type kind status stat tag hint level difficulty effort exp e d flag info meta contribution pr")

var (
	stoppers  = wordSet("type kind status stat state tag flag s resolution")
	negations = wordSet("not no non never isn hard harder reproduce repro reproduction")
	negatives = phrases("blocked", "need triage", "triage", "untriaged", "need discussion", "discussion", "need decision", "need design",
		"on hold", "hold", "stale", "wontfix", "won t fix", "duplicate", "invalid", "question", "proposal", "epic", "breaking", "breaking change", "security",
		"do not pick", "do not merge", "need information", "need info", "need repro", "waiting for author")
	// parts of longer ones: "Needs Triage / Discussion", "needs decision from core"
	negativeParts = phrases("need triage", "need discussion", "need decision", "need design", "do not pick")
	halfDay       = phrase{"half", "day"}
	shortcode     = regexp.MustCompile(`:[a-z0-9_+-]+:`)
	sizeWords     = regexp.MustCompile(`(?i)(?:^|[^a-z0-9.])(\d{1,3}(?:[.,]5)?)\s*(m|min|mins|minutes?|h|hr|hrs|hours?)(?:$|[^a-z0-9])`)
)

// LabelTier is the tier of a repository's label by the dictionary, 0 for one
// that says nothing to beginners. Whole words count, never parts of them:
// "uneasy" and "easyrtc" are no "easy".
func LabelTier(label string) int {
	words := labelWords(label)
	if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return negations[w] }) {
		return 0
	}
	bare := bareWords(words, labelPrefixes)
	for _, set := range tierSets {
		for _, p := range set.phrases {
			if p.is(words) || p.is(bare) || set.loose && p.in(words) {
				return set.tier
			}
		}
	}
	return 0
}

// NegativeLabel says that nobody new should start on an issue with this label:
// it is blocked, undecided, a question, or not to be picked.
func NegativeLabel(label string) bool {
	words := labelWords(label)
	bare := bareWords(words, stoppers)
	for _, p := range negatives {
		if p.is(words) || p.is(bare) {
			return true
		}
	}
	return slices.ContainsFunc(negativeParts, func(p phrase) bool { return p.in(words) })
}

// IssueTier is the tier of an issue with these labels, 0 if it is not for
// beginners. own is the lead's map of beginner labels: where there is one it
// wins over the dictionary. A negative label outweighs all but the lead's.
func IssueTier(labels, own []string) int {
	mine := map[string]bool{}
	for _, o := range own {
		mine[strings.ToLower(strings.TrimSpace(o))] = true
	}
	best := 0
	for _, l := range labels {
		chosen := mine[strings.ToLower(strings.TrimSpace(l))]
		tier := LabelTier(l)
		switch {
		case chosen && tier == 0:
			tier = GoodFirstTier
		case !chosen && NegativeLabel(l):
			return 0
		case !chosen && len(mine) > 0:
			tier = 0
		}
		if tier != 0 && (best == 0 || tier < best) {
			best = tier
		}
	}
	return best
}

// BeginnerLabels are those of a repository's labels that mark beginner's
// issues, by the lead's map or the dictionary; the best tier first.
func BeginnerLabels(labels, own []string) []string {
	var found []string
	for tier := SprintTier; tier <= HelpTier; tier++ {
		for _, l := range labels {
			if IssueTier([]string{l}, own) == tier {
				found = append(found, l)
			}
		}
	}
	return found
}

// LabelMinutes is the size that labels state in words of time ("~1 h",
// "30 min", "half day"), 0 where none does: a size is never guessed.
func LabelMinutes(labels []string) int {
	for _, l := range labels {
		if m := Minutes(l); m > 0 {
			return m
		}
		if halfDay.in(labelWords(l)) {
			return 4 * 60
		}
	}
	return 0
}

// Minutes reads a length of time in s, as "1h", "~1.5 h" or "30 minutes"; 0 if
// there is none.
func Minutes(s string) int {
	m := sizeWords.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseFloat(strings.Replace(m[1], ",", ".", 1), 64)
	if err != nil {
		return 0
	}
	if strings.HasPrefix(strings.ToLower(m[2]), "h") {
		n *= 60
	}
	return int(n)
}

// labelWords are the words of a label: small letters, without emoji, short
// codes and signs; GoodFirstIssue is three, and a plural is its singular.
func labelWords(label string) []string {
	label = shortcode.ReplaceAllString(strings.TrimSpace(label), " ")
	var b strings.Builder
	var last rune
	for _, r := range label {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte(' ')
		}
		last = r
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		} else {
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	for i, w := range words {
		words[i] = singular(w)
	}
	return words
}

func singular(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
		return w[:len(w)-1]
	}
	return w
}

// bareWords are words without those in front that are prefixes.
func bareWords(words []string, prefixes map[string]bool) []string {
	for len(words) > 1 && prefixes[words[0]] {
		words = words[1:]
	}
	return words
}

// phrase is a label of the dictionary as labelWords makes it.
type phrase []string

func phrases(labels ...string) []phrase {
	ps := make([]phrase, len(labels))
	for i, l := range labels {
		ps[i] = labelWords(l)
	}
	return ps
}

// is says that words, in any order, are the phrase, or that both are the same
// written as one word.
func (p phrase) is(words []string) bool {
	if len(words) == len(p) {
		return p.in(words)
	}
	return (len(words) == 1 || len(p) == 1) && strings.Join(words, "") == strings.Join(p, "")
}

// in says that each word of the phrase is among words.
func (p phrase) in(words []string) bool {
	for _, w := range p {
		if !slices.Contains(words, w) {
			return false
		}
	}
	return true
}

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}
