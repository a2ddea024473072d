namespace Tieout.Bridge;

using Microsoft.Purchases.Document;

tableextension 50600 "Bridge Purchase Header" extends "Purchase Header"
{
    fields
    {
        // The same number in all three tables: posting carries the id from the order to its documents.
        field(50600; "Bridge External Id"; Text[50])
        {
            Caption = 'Bridge External Id';
            DataClassification = CustomerContent;
        }
    }
}
