package slack

import (
	"regexp"
	"strings"
	"unicode"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

var (
	escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	userIDs = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
)

const longestLink = 2000 // units of an address that is still a link

// clean takes out what could disguise words: control characters, and marks that turn the direction of text around.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, chat.Unturned(strings.ToValidUTF8(s, "\uFFFD")))
}

// bits cuts a text into spans that are each words, a link or a mention, with addresses in words made links.
func bits(t chat.Text) chat.Text {
	var out chat.Text
	for _, s := range t {
		s.Text = clean(s.Text)
		if !chat.IsAddress(s.URL) || units(s.URL) > longestLink {
			s.Text, s.URL = clean(chat.Text{s}.Plain()), ""
		}
		if s.Misleads() {
			s.Text, s.URL = s.Text+" ("+s.URL+")", "" // both are links below
		}
		if s.URL != "" || s.Who != nil {
			out = append(out, s)
			continue
		}
		last := 0
		for _, at := range chat.Addresses(s.Text) {
			url := s.Text[at[0]:at[1]]
			if units(url) > longestLink {
				continue
			}
			out = appendWords(out, s, s.Text[last:at[0]])
			link := s
			link.Text, link.URL = "", url
			out = append(out, link)
			last = at[1]
		}
		out = appendWords(out, s, s.Text[last:])
	}
	return out
}

func appendWords(out chat.Text, look chat.Span, text string) chat.Text {
	if text == "" {
		return out
	}
	look.Text = text
	return append(out, look)
}

// known says that a mention is of a person of this network, whom Slack may be asked to ping.
func (n *Network) known(s chat.Span) bool {
	return s.Who != nil && s.Who.Network == n.name && userIDs.MatchString(s.Who.ID)
}

// fallback is a text as the text field carries it: escaped, links and known mentions marked, calls to everybody defused,
// no looks.
func (n *Network) fallback(t chat.Text) string {
	var b strings.Builder
	for _, s := range bits(t) {
		switch {
		case n.known(s):
			b.WriteString("<@" + s.Who.ID + ">")
		case s.URL != "" && s.Text != "":
			b.WriteString("<" + escaper.Replace(s.URL) + "|" + escaper.Replace(chat.Defused(strings.ReplaceAll(s.Text, "|", "¦"))) + ">")
		case s.URL != "":
			b.WriteString("<" + escaper.Replace(s.URL) + ">")
		default:
			b.WriteString(escaper.Replace(chat.Defused(s.Text)))
		}
	}
	return b.String()
}

// rich is a text as elements of rich text, which Slack shows exactly as they are: nothing in them can become a mark.
func (n *Network) rich(t chat.Text) []slackapi.RichTextSectionElement {
	var out []slackapi.RichTextSectionElement
	for _, s := range bits(t) {
		if !s.Code {
			s.Text = chat.Defused(s.Text) // nothing calls anybody from here; another bridge may read it
		}
		style := &slackapi.RichTextSectionTextStyle{Bold: s.Bold, Italic: s.Italic, Strike: s.Strike, Code: s.Code}
		if *style == (slackapi.RichTextSectionTextStyle{}) {
			style = nil
		}
		switch {
		case n.known(s):
			out = append(out, slackapi.NewRichTextSectionUserElement(s.Who.ID, style))
		case s.URL != "":
			out = append(out, slackapi.NewRichTextSectionLinkElement(s.URL, s.Text, style))
		case s.Text != "":
			out = append(out, slackapi.NewRichTextSectionTextElement(s.Text, style))
		}
	}
	return out
}
