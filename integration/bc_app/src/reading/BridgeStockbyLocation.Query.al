namespace Tieout.Bridge;

using Microsoft.Inventory.Ledger;

query 50600 "Bridge Stock by Location"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    Caption = 'Bridge Stock by Location', Locked = true;
    DataAccessIntent = ReadOnly;
    EntityCaption = 'Stock by Location';
    EntityName = 'stockByLocation';
    EntitySetCaption = 'Stock by Location';
    EntitySetName = 'stockByLocation';
    QueryType = API;
    ReadState = ReadShared;

    elements
    {
        dataitem(itemLedgerEntry; "Item Ledger Entry")
        {
            column(itemNumber; "Item No.")
            {
                Caption = 'Item No.', Locked = true;
            }
            column(variantCode; "Variant Code")
            {
                Caption = 'Variant Code', Locked = true;
            }
            column(locationCode; "Location Code")
            {
                Caption = 'Location Code', Locked = true;
            }
            column(quantity; Quantity)
            {
                Caption = 'Quantity', Locked = true;
                Method = Sum;
            }
        }
    }
}
