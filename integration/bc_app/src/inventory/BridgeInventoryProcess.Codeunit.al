namespace Tieout.Bridge;

codeunit 50604 "Bridge Inventory Process"
{
    Access = Internal;
    Permissions = tabledata "Bridge Inventory Request" = rm;

    /// <summary>
    /// Posts the request unless it is posted. When Business Central refuses, the reason stays on the request and is
    /// the error that the caller gets.
    /// </summary>
    procedure Process(var InventoryRequest: Record "Bridge Inventory Request")
    var
        BridgeRequestCheck: Codeunit "Bridge Request Check";
        BridgeInventoryPost: Codeunit "Bridge Inventory Post";
        ErrorText: Text;
    begin
        // Run with a return value begins a transaction of its own and rolls back to here.
        Commit();
        ClearLastError();
        if BridgeInventoryPost.Run(InventoryRequest) then
            exit;

        ErrorText := GetLastErrorText();
        if IsPostedMeanwhile(InventoryRequest) then
            exit;
        InventoryRequest.MarkFailed(ErrorText);
        Commit(); // the error below must not take the reason with it
        BridgeRequestCheck.Refuse(ErrorText);
    end;

    local procedure IsPostedMeanwhile(var InventoryRequest: Record "Bridge Inventory Request"): Boolean
    begin
        InventoryRequest.ReadIsolation := IsolationLevel::UpdLock;
        InventoryRequest.GetBySystemId(InventoryRequest.SystemId);
        exit(InventoryRequest.Status = InventoryRequest.Status::Posted);
    end;
}
