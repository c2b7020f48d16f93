"""Shop systems whose exports are known by their headings: which column to take there, and what their traps are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cxlab.new.headings import normal


@dataclass(frozen=True)
class System:
    """A system that exports orders.

    Attributes
    ----------
    signs : headings that stand together in its exports and nowhere else.
    columns : theirs by ours, the better first; for these of ours no other column is considered.
    notes : what to know where a heading stands in the file and is not taken.
    remarks : what to know of a heading that is.
    """

    name: str
    signs: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)


SYSTEMS = (
    System(
        "Shopify",
        ("Name", "Created at", "Lineitem quantity", "Lineitem price"),
        {
            "customer_id": ("Customer ID", "Email"),
            "ordered_at": ("Created at",),
            "order_id": ("Name",),
            "revenue": (),
            "quantity": ("Lineitem quantity",),
            "unit_price": ("Lineitem price",),
            "cost": (),
            "channel": ("Source",),
            "category": ("Lineitem type", "Product type"),
            "store": ("Location",),
            "currency": ("Currency",),
            "returned": (),
        },
        {
            "Total": "`Total` stands only on the first line of an order, so revenue is the lines' quantity x price: "
            "before an order's discount, without shipping; to use `Total`, keep one line an order and map "
            "`revenue: Total` in place of the two",
        },
    ),
    System(
        "WooCommerce",
        ("order_id", "order_date", "order_total", "billing_email"),
        {"order_id": ("order_id", "order_number")},
        remarks={"order_total": "with shipping and taxes"},
    ),
    System(
        "WooCommerce",
        ("Order Number", "Order Date", "Order Total Amount", "Quantity (- Refund)", "Item Cost"),
        {"revenue": (), "quantity": ("Quantity (- Refund)",), "unit_price": ("Item Cost",)},
        {
            "Order Total Amount": "`Order Total Amount` stands on every line of an order, the whole of it each time, "
            "so revenue is the lines' quantity x price: without shipping and taxes",
        },
    ),
    System(
        "WooCommerce",
        ("Order Number", "Order Date", "Order Total Amount"),
        remarks={"Order Total Amount": "with shipping and taxes"},
    ),
)


def known_system(headings: Collection[str]) -> System | None:
    """Return the system from which a table with these headings comes."""
    there = {normal(heading) for heading in headings}
    return next((system for system in SYSTEMS if there.issuperset(map(normal, system.signs))), None)
