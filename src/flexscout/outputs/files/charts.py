"""Draw bar charts as parts of a workbook: one color, a number on each bar, no legend, no grid."""

from collections.abc import Sequence
from xml.sax.saxutils import escape  # nosec B406 # XML is written, not read

from flexscout.domain import escape_controls, format_column_letters
from flexscout.outputs.files.layout import Chart

_BAR_COLOR, _TEXT_COLOR, _AXIS_COLOR = "2E75B6", "404040", "BFBFBF"
_TITLE_SIZE, _TEXT_SIZE = 1200, 900  # hundredths of a point
_GAP = 45  # percent of a bar's width
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NAMES = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def render_chart(chart: Chart, sheet: str) -> bytes:
    """Return the part of a chart on a sheet. It holds the values too, so that previews that don't calculate show it."""
    labels = (
        f"<c:strRef>{_render_range(sheet, chart.label_cells)}<c:strCache>{_render_points(chart.labels)}</c:strCache></c:strRef>"
    )
    values = (
        f"<c:numRef>{_render_range(sheet, chart.value_cells)}"
        f"<c:numCache><c:formatCode>#,##0</c:formatCode>{_render_points(chart.values)}</c:numCache></c:numRef>"
    )
    fill = f'<c:spPr><a:solidFill><a:srgbClr val="{_BAR_COLOR}"/></a:solidFill></c:spPr>'
    direction = "bar" if chart.is_horizontal else "col"
    bars = (
        f'<c:barChart><c:barDir val="{direction}"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'<c:ser><c:idx val="0"/><c:order val="0"/>{fill}<c:invertIfNegative val="0"/>{_render_data_labels()}'
        f"<c:cat>{labels}</c:cat><c:val>{values}</c:val></c:ser>"
        f'<c:gapWidth val="{_GAP}"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
    )
    axes = _render_axes(is_horizontal=chart.is_horizontal)
    return (
        f'{_DECLARATION}<c:chartSpace {_NAMES}><c:roundedCorners val="0"/><c:chart>{_render_title(chart.title)}'
        f'<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>{bars}{axes}</c:plotArea>'
        f'<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr></c:chartSpace>"
    ).encode()


def _render_axes(*, is_horizontal: bool) -> str:
    """Return the axis of the categories, and that of the values, which isn't shown."""
    order = "maxMin" if is_horizontal else "minMax"  # the first category is on top
    positions = ("l", "t") if is_horizontal else ("b", "l")
    return (
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{positions[0]}"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{_render_line(_AXIS_COLOR)}{_render_text(_TEXT_SIZE)}'
        '<c:crossAx val="2"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/>'
        '<c:noMultiLvlLbl val="1"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="1"/>'
        f'<c:axPos val="{positions[1]}"/><c:numFmt formatCode="#,##0" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1"/><c:crosses val="autoZero"/>'
        '<c:crossBetween val="between"/></c:valAx>'
    )


def _render_title(title: str) -> str:
    return (
        "<c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p>"
        f'<a:pPr><a:defRPr sz="{_TITLE_SIZE}" b="1"/></a:pPr>'
        f'<a:r><a:rPr lang="en-US" sz="{_TITLE_SIZE}" b="1">{_render_color(_TEXT_COLOR)}</a:rPr>'
        f"<a:t>{escape(escape_controls(title))}</a:t></a:r></a:p></c:rich></c:tx>"
        '<c:overlay val="0"/></c:title>'
    )


def _render_range(sheet: str, cells: tuple[int, int, int, int]) -> str:
    top, left, bottom, right = cells
    name = sheet.replace("'", "''")
    formula = f"'{name}'!${format_column_letters(left)}${top + 1}:${format_column_letters(right)}${bottom + 1}"
    return f"<c:f>{escape(formula)}</c:f>"


def _render_points(values: Sequence[str | int]) -> str:
    points = "".join(f'<c:pt idx="{i}"><c:v>{escape(escape_controls(str(value)))}</c:v></c:pt>' for i, value in enumerate(values))
    return f'<c:ptCount val="{len(values)}"/>{points}'


def _render_data_labels() -> str:
    shown = "".join(
        f'<c:{name} val="{int(name == "showVal")}"/>'
        for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
    )
    return f"<c:dLbls><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_render_text(_TEXT_SIZE)}{shown}</c:dLbls>"


def _render_text(size: int) -> str:
    color = _render_color(_TEXT_COLOR)
    return (
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size}">{color}</a:defRPr></a:pPr>'
        '<a:endParaRPr lang="en-US"/></a:p></c:txPr>'
    )


def _render_line(color: str) -> str:
    return f'<c:spPr><a:ln w="9525">{_render_color(color)}</a:ln></c:spPr>'


def _render_color(color: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{color}"/></a:solidFill>'
