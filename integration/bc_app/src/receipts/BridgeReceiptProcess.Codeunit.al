namespace Tieout.Bridge;

codeunit 50602 "Bridge Receipt Process"
{
    Access = Internal;
    Permissions = tabledata "Bridge Receipt Request" = rm;

    /// <summary>
    /// Posts the request unless it is posted. When Business Central refuses, the reason stays on the request and is
    /// the error that the caller gets.
    /// </summary>
    procedure Process(var ReceiptRequest: Record "Bridge Receipt Request")
    var
        BridgeRequestCheck: Codeunit "Bridge Request Check";
        BridgeReceiptPost: Codeunit "Bridge Receipt Post";
        ErrorText: Text;
    begin
        // Run with a return value begins a transaction of its own and rolls back to here.
        Commit();
        ClearLastError();
        if BridgeReceiptPost.Run(ReceiptRequest) then
            exit;

        ErrorText := GetLastErrorText();
        if IsPostedMeanwhile(ReceiptRequest) then
            exit;
        ReceiptRequest.MarkFailed(ErrorText);
        Commit(); // the error below must not take the reason with it
        BridgeRequestCheck.Refuse(ErrorText);
    end;

    local procedure IsPostedMeanwhile(var ReceiptRequest: Record "Bridge Receipt Request"): Boolean
    begin
        ReceiptRequest.ReadIsolation := IsolationLevel::UpdLock;
        ReceiptRequest.GetBySystemId(ReceiptRequest.SystemId);
        exit(ReceiptRequest.Status = ReceiptRequest.Status::Posted);
    end;
}
