namespace Tieout.Bridge;

codeunit 50601 "Bridge Request Check"
{
    Access = Internal;

    var
        KeyIsFixedErr: Label 'The value for "externalId" cannot be modified.';
        NothingToPostErr: Label 'There is nothing to post.';
        PostedErr: Label 'The request has been posted and can no longer be modified.';
        RefusalTok: Label '%1', Comment = '%1 = what Business Central said', Locked = true;
        RequestIsFixedErr: Label 'The value for "requestId" cannot be modified.';
        RequestNeededErr: Label 'A "requestId" must be provided.';

    /// <summary>
    /// Stops every change to a request that is posted.
    /// </summary>
    procedure CheckNotPosted(Status: Enum "Bridge Request Status")
    begin
        if Status = Status::Posted then
            Error(PostedErr);
    end;

    /// <summary>
    /// Stops lines without a request.
    /// </summary>
    procedure CheckRequestGiven(RequestId: Guid)
    begin
        if IsNullGuid(RequestId) then
            Error(RequestNeededErr);
    end;

    procedure RefuseNewKey()
    begin
        Error(KeyIsFixedErr);
    end;

    procedure RefuseNewRequest()
    begin
        Error(RequestIsFixedErr);
    end;

    procedure RefuseNothingToPost()
    begin
        Error(NothingToPostErr);
    end;

    /// <summary>
    /// Answers the caller with the text that is kept on the request.
    /// </summary>
    procedure Refuse(ErrorText: Text)
    begin
        Error(RefusalTok, ErrorText);
    end;
}
