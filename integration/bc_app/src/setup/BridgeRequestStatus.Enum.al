namespace Tieout.Bridge;

enum 50600 "Bridge Request Status"
{
    Access = Public;
    Caption = 'Bridge Request Status';
    Extensible = false;

    value(0; New)
    {
        Caption = 'New';
    }
    value(1; Posted)
    {
        Caption = 'Posted';
    }
    value(2; Failed)
    {
        Caption = 'Failed';
    }
}
