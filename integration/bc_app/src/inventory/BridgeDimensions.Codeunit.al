namespace Tieout.Bridge;

using Microsoft.Finance.Dimension;

codeunit 50606 "Bridge Dimensions"
{
    Access = Internal;
    Permissions = tabledata "Dimension Set Entry" = r,
                  tabledata "Dimension Value" = r;

    var
        FormErr: Label 'The dimensions ''%1'' are not of the form CODE=VALUE;CODE=VALUE.', Comment = '%1 = the dimensions as they were sent';

    /// <summary>
    /// Adds dimensions written as CODE=VALUE;CODE=VALUE to a dimension set; a dimension that is in the set takes the
    /// new value.
    /// </summary>
    procedure Add(DimensionSetId: Integer; Dimensions: Text): Integer
    var
        TempDimensionSetEntry: Record "Dimension Set Entry" temporary;
        DimensionManagement: Codeunit DimensionManagement;
        Pair: Text;
    begin
        if Dimensions = '' then
            exit(DimensionSetId);
        DimensionManagement.GetDimensionSet(TempDimensionSetEntry, DimensionSetId);
        foreach Pair in Dimensions.Split(';') do
            if DelChr(Pair) <> '' then
                Put(TempDimensionSetEntry, DimensionSetId, Pair, Dimensions);
        exit(DimensionManagement.GetDimensionSetID(TempDimensionSetEntry));
    end;

    /// <summary>
    /// Writes a dimension set as CODE=VALUE;CODE=VALUE, in the order of the codes.
    /// </summary>
    procedure AsText(DimensionSetId: Integer): Text
    var
        DimensionSetEntry: Record "Dimension Set Entry";
        Dimensions: TextBuilder;
    begin
        if DimensionSetId = 0 then
            exit('');
        DimensionSetEntry.SetLoadFields("Dimension Code", "Dimension Value Code");
        DimensionSetEntry.SetRange("Dimension Set ID", DimensionSetId);
        if DimensionSetEntry.FindSet() then
            repeat
                if Dimensions.Length() > 0 then
                    Dimensions.Append(';');
                Dimensions.Append(DimensionSetEntry."Dimension Code");
                Dimensions.Append('=');
                Dimensions.Append(DimensionSetEntry."Dimension Value Code");
            until DimensionSetEntry.Next() = 0;
        exit(Dimensions.ToText());
    end;

    local procedure Put(var TempDimensionSetEntry: Record "Dimension Set Entry" temporary; DimensionSetId: Integer; Pair: Text; Dimensions: Text)
    var
        DimensionValue: Record "Dimension Value";
        DimensionCode: Text;
        DimensionValueCode: Text;
        Position: Integer;
    begin
        Position := StrPos(Pair, '=');
        if Position < 2 then
            Error(FormErr, Dimensions);
        DimensionCode := DelChr(CopyStr(Pair, 1, Position - 1), '<>');
        DimensionValueCode := DelChr(CopyStr(Pair, Position + 1), '<>');
        if not (StrLen(DimensionCode) in [1 .. MaxStrLen(TempDimensionSetEntry."Dimension Code")]) or
           not (StrLen(DimensionValueCode) in [1 .. MaxStrLen(TempDimensionSetEntry."Dimension Value Code")])
        then
            Error(FormErr, Dimensions);

        TempDimensionSetEntry.SetRange("Dimension Code", CopyStr(DimensionCode, 1, MaxStrLen(TempDimensionSetEntry."Dimension Code")));
        TempDimensionSetEntry.DeleteAll();
        TempDimensionSetEntry.SetRange("Dimension Code");

        TempDimensionSetEntry.Init();
        TempDimensionSetEntry."Dimension Set ID" := DimensionSetId; // the platform looks for the set among entries of one id
        TempDimensionSetEntry.Validate("Dimension Code", CopyStr(DimensionCode, 1, MaxStrLen(TempDimensionSetEntry."Dimension Code")));
        TempDimensionSetEntry.Validate("Dimension Value Code", CopyStr(DimensionValueCode, 1, MaxStrLen(TempDimensionSetEntry."Dimension Value Code")));
        DimensionValue.Get(TempDimensionSetEntry."Dimension Code", TempDimensionSetEntry."Dimension Value Code");
        TempDimensionSetEntry."Dimension Value ID" := DimensionValue."Dimension Value ID";
        TempDimensionSetEntry.Insert();
    end;
}
