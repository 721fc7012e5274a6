"""Formulas as MathML, made when the site is built: every browser of today draws it, without a script."""

from docutils import nodes
from latex2mathml.converter import convert


def add_to(app):
    """Let Sphinx write formulas as MathML."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))


def inline(writer, node):
    writer.body.append(f'<span class="math notranslate">{convert(node.astext())}</span>')
    raise nodes.SkipNode


def block(writer, node):
    formula = convert(node.astext().strip(), display="block")
    writer.body.append(f'<div class="math notranslate">{formula}</div>\n')
    raise nodes.SkipNode
