"""Which cluster comes nearest to each segment."""

from cxlab.agreement import Agreement
from cxlab.blocks import Cell, Table
from cxlab.look import SEGMENT_NAME
from cxlab.words import number, number_between, percent


def best_matches(agreement: Agreement) -> Table:
    """One row a segment: the cluster that overlaps it most, how far, and how much of the segment is in it."""
    rows = []
    for group, (cluster, overlap) in agreement.best_match.items():
        if agreement.counts.loc[group].sum() < agreement.minimum_group or overlap.low is None or overlap.high is None:
            continue
        known = group in SEGMENT_NAME
        named = agreement.names_b.get(cluster, "")
        rows.append(
            (
                Cell(SEGMENT_NAME.get(group, group), segment=group if known else ""),
                Cell(cluster, named),
                Cell(number(overlap.number, 2), number_between(max(0.0, overlap.low), overlap.high, 2)),
                Cell(percent(float(agreement.shares[cluster][group]))),
            )
        )
    return Table(
        name="best_matches",
        caption="The cluster nearest to each segment",
        columns=("Segment", "Cluster", "Overlap", "Share of the segment in it"),
        rows=tuple(rows),
        note=(
            "Overlap: customers who are in both, as a share of those who are in either (Jaccard); 1 is the same group. "
            "Small figures are 95% intervals."
        ),
        words=(1,),
    )
