package irc

// folding is how a server compares nicks and channels: the CASEMAPPING of its
// 005 line.
type folding string

const (
	foldASCII   folding = "ascii"
	foldRFC1459 folding = "rfc1459"
	foldStrict  folding = "strict-rfc1459"
)

// foldingNamed is the folding a server names; an unknown name is rfc1459, the
// protocol's own default.
func foldingNamed(name string) folding {
	switch name {
	case "ascii":
		return foldASCII
	case "strict-rfc1459", "rfc1459-strict":
		return foldStrict
	default:
		return foldRFC1459
	}
}

// fold is s as the server compares it.
func (f folding) fold(s string) string {
	last := byte('^')
	switch f {
	case foldASCII:
		last = 'Z'
	case foldStrict:
		last = ']'
	}
	folded := []byte(s)
	for i, b := range folded {
		if b >= 'A' && b <= last {
			folded[i] = b + 32
		}
	}
	return string(folded)
}

// same says whether a and b are one name.
func (f folding) same(a, b string) bool { return f.fold(a) == f.fold(b) }
