package chat

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNamesThatLookAlike(t *testing.T) {
	for _, c := range [][2]string{
		{"anna", "Anna"},
		{"anna", "аnnа"},           // Cyrillic а
		{"Hanna", "Наnnа"},         // Cyrillic Н
		{"rosco", "гоѕсо"},         // all Cyrillic
		{"Tom", "Том"},             // so is this
		{"Mira", "ΜΙRΑ"},           // Greek capitals
		{"norna", "noma"},          // rn, m
		{"bam", "barn"},            //
		{"wendy", "vvendy"},        //
		{"Oscar", "0scar"},         //
		{"Ivan", "lvan"},           // l for I
		{"Ivan", "1van"},           //
		{"ivan", "Ivan"},           //
		{"Alice", "AIice"},         // I for l
		{"ann", "ａｎｎ"},             // full width
		{"ann", "𝒶𝓃𝓃"},             //
		{"ann", "ⓐⓝⓝ"},             //
		{"ann", "a\u0301n\u0336n"}, // combining marks
		{"Zoe", "Zoë"},             //
		{"ann", "a\u200bn\u200dn"}, // nothing seen
		{"ann", "an\u00adn\u2060"}, //
		{"ann", "\u202eann"},       //
		{"ann", "ann_"},            // how IRC calls the second of a name
		{"ann", "a.n-n "},          //
		{"Lea", "L3a"},             //
		{"SEAN", "ՏEAN"},           // Armenian
		{"DAVE", "ᎠᎪᏙᎬ"},           // Cherokee
		{"гена", "Гена"}, {"σίμος", "ΣΊΜΟΣ"},
		{"анна", "Анна"},              //
		{"анна", "aʜʜa"},              //
		{"Łukasz", "lukasz"},          //
		{"sprintbot", "ѕрrіntbоt"},    //
		{"sprintbot", "SPRINTB0T"},    //
		{"sprintbot", "s p r intbot"}, //
	} {
		if !Alike(c[0], c[1]) || !Alike(c[1], c[0]) {
			t.Errorf("%q and %q are told apart: %q, %q", c[0], c[1], Looks(c[0]), Looks(c[1]))
		}
	}
}

func TestNamesThatNobodyTakesForOneAnother(t *testing.T) {
	names := []string{
		"Ada", "Anna", "Ann", "Anne", "Hannah", "Kai", "Kal", "Olga", "Ольга", "Анна", "Иван", "Наталья", "Михаил", "Дмитрий", "Ἀλέξανδρος", "Γιώργος", "Νίκος",
		"Արամ", "Անի", "נועה", "דוד", "محمد", "علی", "राम", "रमा", "रामी", "田中", "日本", "김민수", "さくら", "มานี", "มานะ",
		"José", "Joseph", "Müller", "Miller", "Zoë", "visitor 7", "r2d2", "jim", "jin", "ian", "lan", "wren", "ven", "Clara", "Dara", "bob", "rob", "max", "max2",
	}
	for i, a := range names {
		for _, b := range names[i+1:] {
			if Alike(a, b) {
				t.Errorf("%q and %q pass for one another: %q, %q", a, b, Looks(a), Looks(b))
			}
		}
	}
	for _, name := range []string{"", " ", "👩\u200d💻", "--", "\u200b"} {
		if Looks(name) != nil || Alike(name, name) {
			t.Errorf("%q looks like %q", name, Looks(name))
		}
	}
}

func FuzzLooks(f *testing.F) {
	f.Add("Наnnа")
	f.Add("I\u0307")
	f.Fuzz(func(t *testing.T, s string) {
		for _, look := range Looks(s) {
			if look == "" || !utf8.ValidString(look) {
				t.Errorf("%q looks like %q", s, look)
			}
		}
		if name := Name(s); !slices.Equal(Looks(name), Looks(s)) && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return hidden(r, 0) }) {
			t.Errorf("%q looks like %q, named like %q", s, Looks(s), Looks(name))
		}
	})
}
