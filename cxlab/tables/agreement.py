"""Which cluster comes nearest to each segment."""

from cxlab.agreement import Agreement
from cxlab.blocks import Cell, Table
from cxlab.intake.hiding import why_hidden
from cxlab.language import tr
from cxlab.look import SEGMENT_NAME
from cxlab.words import number, number_between


def best_matches(agreement: Agreement) -> Table:
    """One row a segment: the cluster that overlaps it most, how far, and how much of the segment is in it."""
    hidden, rows = Cell(tr("hidden")), []
    for group in agreement.groups_spoken_of:
        head = Cell(SEGMENT_NAME.get(group, group), segment=group if group in SEGMENT_NAME else "")
        cluster = agreement.nearest.get(group)
        if cluster is None:
            rows.append((head, *[hidden] * 3))
            continue
        overlap = agreement.best_match[group][1]
        said = hidden
        if not agreement.is_hidden(group, cluster) and overlap.low is not None and overlap.high is not None:
            said = Cell(number(overlap.number, 2), number_between(max(0.0, overlap.low), overlap.high, 2))
        named = Cell(cluster, agreement.names_b.get(cluster, ""))
        rows.append((head, named, said, Cell(agreement.share_in_words(group, cluster))))
    is_hidden = any(cell.text == hidden.text for row in rows for cell in row)
    note = tr(
        "Overlap: customers who are in both, as a share of those who are in either (Jaccard); 1 is the same group. "
        "Small figures are 95% intervals."
    )
    return Table(
        name="best_matches",
        caption=tr("The cluster nearest to each segment"),
        columns=(tr("Segment"), tr("Cluster"), tr("Overlap"), tr("Share of the segment in it")),
        rows=tuple(rows),
        note=note + f" {why_hidden(agreement.minimum_group)}" * is_hidden,
        words=(1,),
    )
