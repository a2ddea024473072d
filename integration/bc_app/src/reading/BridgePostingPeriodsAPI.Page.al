namespace Tieout.Bridge;

using Microsoft.Foundation.Period;

page 50613 "Bridge Posting Periods API"
{
    APIGroup = 'bridge';
    APIPublisher = 'tieout';
    APIVersion = 'v1.0';
    DataAccessIntent = ReadOnly;
    DeleteAllowed = false;
    Editable = false;
    EntityCaption = 'Posting Period';
    EntityName = 'postingPeriod';
    EntitySetCaption = 'Posting Periods';
    EntitySetName = 'postingPeriods';
    Extensible = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    ODataKeyFields = SystemId;
    PageType = API;
    SourceTable = "Accounting Period";

    layout
    {
        area(Content)
        {
            repeater(Group)
            {
                field(id; Rec.SystemId)
                {
                    Caption = 'Id', Locked = true;
                    Editable = false;
                }
                field(startingDate; Rec."Starting Date")
                {
                    Caption = 'Starting Date', Locked = true;
                    Editable = false;
                }
                field(name; Rec.Name)
                {
                    Caption = 'Name', Locked = true;
                    Editable = false;
                }
                field(newFiscalYear; Rec."New Fiscal Year")
                {
                    Caption = 'New Fiscal Year', Locked = true;
                    Editable = false;
                }
                field(closed; Rec.Closed)
                {
                    Caption = 'Closed', Locked = true;
                    Editable = false;
                }
                field(dateLocked; Rec."Date Locked")
                {
                    Caption = 'Date Locked', Locked = true;
                    Editable = false;
                }
                field(lastModifiedDateTime; Rec.SystemModifiedAt)
                {
                    Caption = 'Last Modified Date', Locked = true;
                    Editable = false;
                }
                field(rowVersion; Rec.SystemRowVersion)
                {
                    Caption = 'Row Version', Locked = true;
                    Editable = false;
                }
            }
        }
    }

    trigger OnOpenPage()
    begin
        Rec.ReadIsolation := IsolationLevel::ReadCommitted;
    end;
}
