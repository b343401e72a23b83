package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
)

// The picture of a face: cells of a grid that is the same left and right.
const (
	faceCells  = 5
	faceCell   = 22 // pixels
	faceMargin = 9
	faceSide   = faceCells*faceCell + 2*faceMargin
	faceBytes  = 8 // of the hash in its address
)

// FacePath is the address, on the site, of a small picture that stands for a person of another network: always the same
// for one of a network, by what tells them from others there. It holds a hash and no name.
func FacePath(network, who string) string {
	sum := sha256.Sum256([]byte(network + "\x1f" + who))
	return "/face/" + hex.EncodeToString(sum[:faceBytes]) + ".png"
}

// faceColors are dark enough to be seen on white, and apart from each other.
func faceColors() []color.Color {
	return []color.Color{
		color.RGBA{0x9b, 0x2c, 0x2c, 0xff}, color.RGBA{0xb4, 0x53, 0x09, 0xff}, color.RGBA{0x6b, 0x70, 0x14, 0xff},
		color.RGBA{0x2f, 0x7a, 0x3d, 0xff}, color.RGBA{0x0f, 0x76, 0x6e, 0xff}, color.RGBA{0x1d, 0x6f, 0xa5, 0xff},
		color.RGBA{0x3b, 0x4c, 0xc0, 0xff}, color.RGBA{0x7c, 0x3a, 0xb4, 0xff}, color.RGBA{0xa8, 0x2d, 0x78, 0xff},
		color.RGBA{0x5b, 0x4a, 0x3f, 0xff},
	}
}

// face draws the picture of a hash: its first byte chooses the colour, the others the cells.
func face(hash []byte) image.Image {
	colors := faceColors()
	img := image.NewPaletted(image.Rect(0, 0, faceSide, faceSide),
		color.Palette{color.White, colors[int(hash[0])%len(colors)]})
	half := (faceCells + 1) / 2
	for i := range half * faceCells {
		x, y := i%half, i/half
		if hash[1+i/8]>>(i%8)&1 == 0 && (x != half-1 || y != faceCells/2) { // the middle is always drawn
			continue
		}
		for _, column := range []int{x, faceCells - 1 - x} {
			for dy := range faceCell {
				for dx := range faceCell {
					img.SetColorIndex(faceMargin+column*faceCell+dx, faceMargin+y*faceCell+dy, 1)
				}
			}
		}
	}
	return img
}

// getFace serves the picture that the address names; it looks nothing up.
func (s *Site) getFace(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".png")
	hash, err := hex.DecodeString(name)
	if !ok || err != nil || len(hash) != faceBytes || strings.ToLower(name) != name {
		http.NotFound(w, r)
		return
	}
	var b bytes.Buffer
	if err := png.Encode(&b, face(hash)); err != nil {
		s.log.Error("a face can't be drawn", "error", err)
		http.Error(w, "There is no picture.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // it is shown in other networks' pages
	_, _ = w.Write(b.Bytes())
}
