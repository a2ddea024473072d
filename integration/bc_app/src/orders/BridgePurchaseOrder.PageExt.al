namespace Tieout.Bridge;

using Microsoft.Purchases.Document;

pageextension 50600 "Bridge Purchase Order" extends "Purchase Order"
{
    layout
    {
        addlast(General)
        {
            field("Bridge External Id"; Rec."Bridge External Id")
            {
                ApplicationArea = Suite;
                Editable = false;
                Importance = Additional;
                ToolTip = 'Specifies the key under which Tieout knows this order.';
            }
        }
    }
}
