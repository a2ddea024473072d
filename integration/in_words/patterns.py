"""How the sentences are written that workers keep: each with its places, beside the table of refusals."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from integration.bc.refusals import LATER, LATER_READ, TABLE
from integration.doubles import by_key, by_quantity
from integration.outbox import causes

# What a sentence may be about: the words of kinds and of BC's entities; the longer name first.
DOCUMENTS = (
    _("purchase order"), _("order change"), _("goods receipt"), _("receipt reversal"), _("goods return"),
    _("service confirmation"), _("inventory movement"), _("asset notice"), _("supplier invoice"),
    _("the purchase order"), _("the order line"), _("the purchase invoice"), _("the invoice line"),
    _("the receipt"), _("the item"), _("the vendor"), _("the subscription"), _("the fixed asset"),
    _("the inventory movement"),
)  # fmt: skip

CONNECTION = (
    _("Business Central refused {subject}: {what}"),
    _("Business Central could not answer about {subject}"),
    _("Business Central could not be reached about {subject}"),
    _("Business Central's answer about {subject} was lost"),
    _("Business Central's answer about a batch was lost"),
    _("Business Central did not say whether it took {subject}"),
    _("It is being checked there"),
    _('it said "{words}"'),
    _("Someone who knows BC must look at it"),
    _("Business Central sent us to another address"),
    _("Correct the connection"),
    _("The sign-in service refused our application"),
    _("The BC administrator must check its id, secret and consent"),
    _("The sign-in service is busy"),
    _("The sign-in service could not be reached"),
    _("Tieout is connected to another Business Central than that of the company {company}"),
    _("Point the connection back, or cancel what is left for it"),
    _("Business Central broke off before anything was posted"),
    _("Tieout failed on {document} by its own fault"),
    _("its own fault"),
    _("Report it to the developers with the time of this attempt"),
    _("{number} workers died over {document}"),
    _("Have a developer look at it before you retry"),
)
MAPPING = (
    _("{document} cannot be written for Business Central: {reasons}"),
    _("Correct the record or the field mapping, then retry"),
    _("line {line}, {what}"),
    _("{field} (from {source}): {reason}"),
    _("{field} cannot be filled from {source}: {reason}"),
    _("it is required and there is no value"),
    _("it is a group of values, not one value"),
    _("the number is too large for Business Central"),
    _("no master data is at hand here"),
    _("{transform} does not work with this value ({error})"),
    _("{value} is not {what} of Business Central"),
    _("{value} is not among {choices} and {number} more"),
    _("{value} is not among {choices}"),
    _("{value} is not one of {choices}"),
    _("{value} is neither {these} nor {those}"),
    _("there is no {master} {value} here, or it has no {field}"),
    _("{value} is not a date written like {form}"),
    _("{value} is not a date and time"),
    _("{value} is not a date"),
    _("{value} is not a day of the calendar"),
    _("{value} is not a moment of our calendar"),
    _("{value} is no count of {unit} since 1970"),
    _("nothing can be divided by 0"),
    _("{value} is not a number written with {mark} before the fraction"),
    _("{value} is not an exact number"),
    _("{value} is too large or too fine a number"),
    _("{value} is not a finite number"),
    _("{value} is not a number"),
    _("{value} is not one value that can be written as text"),
    _("the source gives no quantity and unit; write it like [quantity, unit]"),
    _("no factor is given for the unit {unit}; nothing is taken for one to one"),
    _("the text becomes longer than {number} characters"),
    _("the template asks for {field}, and the source does not give it"),
    _("{person} edited it on {day}, and what is built from its record has changed since"),
    _("Open Edit: edit it again, or give the edit up"),
    _("the field mapping {mapping}, row {row}, targets a field that Business Central does not have"),
    _("the field mapping {mapping}, row {row}, targets a field that must not be written"),
    _(
        "it was built with an earlier field mapping, which wrote {field}, a field that Business Central does"
        " not have"
    ),
    _("it was built with an earlier field mapping, which wrote {field}, which must not be written"),
    _("Correct it under Mappings and retry"),
    _("Retry it: it is built anew"),
)
ORDERS = (
    _("Purchase order {number} is not in Business Central"),
    _("Deliver it first, then retry"),
    _("Purchase order {number} was cancelled"),
    _("Purchase order {number} was given up before it was posted"),
    _("Look in Business Central whether it was posted before that"),
    _("Someone else is changing order {number} in Business Central"),
    _("It is read again"),
    _("Order {number} vanished while it was worked on"),
    _("Order {number} was entered in Business Central by hand, as {theirs}"),
    _("Make this change there, too ({change}), then mark this done"),
    _("Order {number} is no longer in Business Central: it was finished or deleted there"),
    _("See what became of it; then mark this done by hand or cancel it ({change})"),
    _("Order {number} cannot be brought to {change} in Business Central: {reasons}"),
    _("Decide which is right, make it so there, then retry; or mark this done with the order's number"),
    _("Reopen it, then retry; or mark this done with the order's number"),
    _("the order waits for approval there, and takes no change meanwhile"),
    _("the order is released there; reopening it takes the Tieout app, or a person"),
    _("the order is released there, and the Tieout app is missing or too old"),
    _("{field} is {theirs} there, and an order with lines cannot become {wanted}"),
    _("line {line} has {received} received, and the new quantity is {wanted}"),
    _("line {line} is {theirs} with receipts, and shall become {wanted}"),
    _("line {line} was deleted there by somebody, and the new version changes it"),
    _("line {line} was set to {theirs} there by somebody; {received} were received, and no more shall come"),
    _("line {line} has {field} there, set by somebody, and shall get {wanted}"),
    _("the order has {field} there, set by somebody, and shall get {wanted}"),
)
RECEIPTS = (
    _("Order {number} is no longer in Business Central and did not receive this"),
    _("See whether it was deleted or finished there; then mark this done by hand or cancel it"),
    _("Order {number} has no line {line} in Business Central"),
    _("Restore the line there, or correct the receipt, then retry"),
    _("line {line} of order {number}"),
    _("{what} shows {received} received, but {posted} were posted from here"),
    _("See what was undone in Business Central first"),
    _("{what} has {open} open, but {accepted} were accepted"),
    _("No over-receipt code lets more come"),
    _(
        "Raise the order in Business Central, or give the item, its vendor or the company such a code there,"
        " then retry"
    ),
    _("Or have the receipt corrected"),
    _("line {line} of order {number} is worth nothing, an amount cannot confirm it"),
    _("line {line} of order {number} is ordered in {unit}, not in {other}"),
    _("Receipt {receipt} of order {number} was a mistake ({why})"),
    _("Undo it in Business Central: Posted Purchase Receipts, Undo Receipt ({lines})"),
    _("If it is invoiced there, post a purchase return instead and mark this done with its number"),
    _("Otherwise retry this: Tieout sees that it is undone"),
    _("{lines} of order {number} went back to vendor {vendor} on {day} ({why})"),
    _(
        "Post a purchase return order for it in Business Central, then mark this done with the number of the"
        " return shipment"
    ),
    _("Invoices are compared with what was kept already"),
    _("Business Central has not posted the inventory movement"),
    _("It is looked at again"),
)
ASSETS = (
    _("Asset {number} was retired on {day} ({what})"),
    _("Asset {number} was retired ({what})"),
    _(
        "Post its disposal in Business Central (Fixed Asset G/L Journals), then block its card: a retry of"
        " this sees that"
    ),
    _("Or mark this done with its number"),
    _("Fixed asset {number} is not in Business Central"),
    _("See whether it was deleted there; make it anew and retry, or cancel this"),
    _("Business Central has another fixed asset {number}, with the serial number {serial}"),
    _("Correct the number on either side, then retry; or mark this done with the number of the right one"),
)
INVOICES = (
    _("Invoice {number} is {state} again"),
    _("Invoice {number} has changed and is matched first"),
    _("Invoice {number} is cleared, but {reason}"),
    _("Post it in Business Central with the vendor invoice number {theirs}: the next pull recognises it"),
    _(
        "Invoice {number} bills {items} without naming an order; posted alone it would take the goods into"
        " stock a second time"
    ),
    _(
        "Post it in Business Central with the vendor invoice number {theirs} and Get Receipt Lines: the next"
        " pull recognises it"
    ),
    _("The draft of invoice {number} is no longer in Business Central"),
    _("See whether it was deleted there, then cancel this"),
    _("Business Central has {count} invoices with the number {theirs} of this vendor"),
    _("Delete the drafts that are too many there, then retry"),
    _("Invoice {number} now stands at {theirs} in Business Central, but {ours} was matched"),
    _("It is posted once the change has been pulled and matched"),
    _("Business Central makes invoice {number} {theirs}, the supplier bills {ours}"),
    _("Correct the draft there (tax, charges, rounding), then retry"),
    _("Business Central has the unposted invoice {bc_number} with the number {theirs}"),
    _("Post or delete it there, then retry"),
    _("Business Central took invoice {number}, but does not show it yet"),
    _("Invoice {number} cannot be posted through order {order}: {reason}"),
    _("Correct that and retry"),
    _(
        "Or post it in Business Central as a purchase invoice with the vendor invoice number {theirs} and"
        " Get Receipt Lines: the next pull recognises it"
    ),
    _(
        "Business Central has posted {bc_number} with the number {theirs} of this vendor, and it is not this"
        " invoice: {total}, order {order}"
    ),
    _("Compare the two; then mark this done with that number, or cancel it"),
    _("order {order} is with vendor {vendor} there"),
    _("order {order} is in {currency} there"),
    _("order {order} has prices with tax or an invoice discount there"),
    _("order {order} has no line {line} there"),
    _("line {line} of order {order} is billed with nothing, or less"),
    _(
        "line {line} of order {order} has {left} received and not yet invoiced, and {billed} are billed;"
        " Business Central posts no more than was received"
    ),
    _("line {line} of order {order} has no price at which {quantity} make {amount}"),
    _("Business Central would make it {theirs} with tax, and {ours} are billed"),
    _("the order is no longer in Business Central, finished or deleted"),
    _(
        "the Tieout app in Business Central is missing or too old, and without it the order cannot get the"
        " vendor's number"
    ),
    _("it asks for an advance, and bills no goods"),
    _("it asks for what was held back of earlier invoices, and bills no goods"),
    _("{percent} % of it are held back for later"),
    _("it sets off {amount} that were paid in advance"),
    _("it bills {orders}, and one posting bills one order"),
    _("it has charges, which are not on the order"),
    _("it has a discount or a rounding of its own, which the order has not"),
    _("its line {line} is not on the order"),
    _("its line {line} is billed in another unit: {reason}"),
    _("Credit memo {number} of vendor {vendor} for order {order} is cleared, {amount}"),
    _("Credit memo {number} of vendor {vendor} is cleared, {amount}"),
    _(
        "Post it in Business Central: from the purchase return order where goods went back, else as a"
        " purchase credit memo on an account, with the vendor's number {theirs}, and apply it to its invoice"
    ),
    _("A retry of this sees it; or mark this done with its number"),
    _("Credit memo {number} is posted in Business Central with {theirs}; the supplier credits {ours}"),
    _("See which is right; then mark this done with its number"),
)
WAITING = (
    _("It waits for a missing record and goes on by itself"),
    _("It waits for {things} and goes on by itself once that is there"),
    _("It waits for {things}"),
    _("They wait for {things}"),
    _("purchase order {number} from the CAFM"),
    _("goods receipt {number} from the CAFM"),
    _("the registration of asset {number} from the CAFM"),
    _("line {line} of purchase order {number}, which a later version may bring"),
    _("{things} in Business Central"),
    _("vendor {names}"),
    _("item {names}"),
    _("account {names}"),
    _("fixed asset {names}"),
    _("currency {names}"),
    _("location {names}"),
    _("dimension value {names}"),
    _("dimension {names}"),
    _("Item {item} has no conversion from {unit} to {base}"),
    _("Add the item unit {unit} in Business Central; it is picked up with the next pull"),
    _("the Tieout app in Business Central: its standard API cannot post inventory movements"),
    _("Install the app and set BC_APP_URL, or post the movement there and mark it done by hand"),
    _("The flow {document} is closed: it is taken in and not sent"),
    _("Open it under Cutover"),
    _("The flow {document} opens on {day} at {time}; then it goes on by itself"),
)
CONTRACT = (
    _("Business Central no longer has {name}, which the mapping {mapping} writes"),
    _("Business Central no longer has {name}, which the mapping {mapping} reads"),
    _("Business Central does not have {name}, which the mapping {mapping} writes"),
    _("Business Central does not have {name}, which the mapping {mapping} reads"),
    _("Business Central no longer has {name}"),
    _("Business Central does not have {name}"),
    _("{what} is paused until it is there, or the mapping is changed"),
    _("{what} is paused until it is there or Tieout is updated"),
    _("{what} is paused until it is again, or the mapping is changed"),
    _("{what} is paused until it is again"),
    _("{what} is paused until it does"),
    _("Perhaps it is called {name} now"),
    _("And {number} more, see Contract"),
    _("The Tieout app does not answer at the address set in BC_APP_URL"),
    _("Install or publish it in Business Central, or correct the address"),
    _("{name} is {form} in Business Central now; Tieout writes {wanted}"),
    _("{name} is {form} in Business Central now; Tieout reads {wanted}"),
    _("Posting purchase orders"),
    _("Changing and cancelling purchase orders"),
    _("Posting goods receipts"),
    _("Posting service confirmations"),
    _("Posting inventory movements"),
    _("Posting invoices that Business Central holds as drafts"),
    _("Posting invoices of the CAFM through their order"),
    _("Posting invoices of the CAFM without an order"),
)
DOUBLES = (
    by_key.ORDER_STEP, by_key.INVOICE_STEP, by_key.ASSET_STEP,
    by_quantity.RECEIPT_STEP, by_quantity.ENTRY_STEP,
    _("{document} is in Business Central {count} times: {numbers}"),
    _("It goes on once somebody has settled that under Dead letters"),
)  # fmt: skip
REFUSALS = tuple(text for row in TABLE for text in (row.what, row.do))
TITLES = tuple(sign.title for sign in causes.SIGNS)

PATTERNS = (
    *REFUSALS, *TITLES, *CONNECTION, *MAPPING, *ORDERS, *RECEIPTS, *ASSETS, *INVOICES, *WAITING, *CONTRACT,
    *DOUBLES, LATER, LATER_READ,
)  # fmt: skip
