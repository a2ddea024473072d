namespace Tieout.Bridge;

page 50640 "Bridge Setup"
{
    AboutText = 'Tieout posts receipts and inventory movements here and puts invoices on hold. The number series and the hold code that it uses are chosen on this page.';
    AboutTitle = 'About the bridge to Tieout';
    ApplicationArea = Basic, Suite;
    Caption = 'Bridge Setup';
    DeleteAllowed = false;
    InsertAllowed = false;
    PageType = Card;
    SourceTable = "Bridge Setup";
    UsageCategory = Administration;

    layout
    {
        area(Content)
        {
            group(General)
            {
                Caption = 'General';

                field("Inventory Request Nos."; Rec."Inventory Request Nos.")
                {
                    ToolTip = 'Specifies the number series that gives an inventory movement its document number when the request names none.';
                }
                field("Hold Code"; Rec."Hold Code")
                {
                    ToolTip = 'Specifies the code that Tieout writes to On Hold when it stops the payment of an invoice. Only holds with this code are cleared again.';
                }
            }
        }
    }

    trigger OnOpenPage()
    begin
        if Rec.Get() then
            exit;
        Rec.Init();
        Rec.Insert(true);
    end;
}
