namespace Tieout.Bridge;

enum 50601 "Bridge Inventory Kind"
{
    Access = Public;
    Caption = 'Bridge Inventory Kind';
    Extensible = false;

    value(0; Consumption)
    {
        Caption = 'Consumption';
    }
    value(1; Adjustment)
    {
        Caption = 'Adjustment';
    }
    value(2; Transfer)
    {
        Caption = 'Transfer';
    }
}
