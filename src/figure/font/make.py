"""Makes the fonts of the figures from those of Debian's fonts-open-sans: python3 make.py OpenSans-Regular.ttf OUT

Needs fonttools. Reduces the font to the signs that figures need, and moves side bearings into outlines: the
drawing library places every glyph by the left end of its outline, as if it had no left side bearing.
"""
import sys

from fontTools import subset, ttLib
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

SIGNS = "0020-007E 00A0-017F 0391-03A9 03B1-03C9 2010-2015 2018-201E 2022 2026 2030 2032 2033 2044 2070-2079 20AC 2212 2248 2260 2264 2265 221E"


def codes():
    for part in SIGNS.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


font = ttLib.TTFont(sys.argv[1])
# With the box that stands for a sign that the font lacks: it must not vanish.
options = subset.Options(hinting=False, layout_features=[], name_IDs=["*"], notdef_outline=True)
options.drop_tables += ["GPOS", "GSUB", "GDEF", "DSIG", "kern"]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=codes())
subsetter.subset(font)

glyphs, drawn = font.getGlyphSet(), {}
for name in font.getGlyphOrder():
    recording = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(recording)
    width, bearing = font["hmtx"][name]
    pen = TTGlyphPen(None)
    # A glyph that reaches to the left of its place moves to the right and gets that much wider.
    move = max(0, -bearing) if recording.value else 0
    recording.replay(TransformPen(pen, (1, 0, 0, 1, move, 0)))
    if recording.value and bearing > 0:
        # An outline without area at the place itself.
        pen.moveTo((0, 0))
        pen.lineTo((0, 1))
        pen.closePath()
    drawn[name] = (pen.glyph(), width + move)
for name, (glyph, width) in drawn.items():
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, getattr(glyph, "xMin", 0))
font.save(sys.argv[2])
