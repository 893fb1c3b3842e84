namespace BatchPlatform.Api.Uploads;

/// <summary>What the records of a body become: jobs of a batch, or rows of a dataset. A format finds them, this reads them.</summary>
/// <typeparam name="T">A staged job or row.</typeparam>
internal interface IRecordReader<T>
{
    /// <summary>Bad records so far.</summary>
    UploadErrors Errors { get; }

    /// <summary>Reads a record of JSON, or notes its fault.</summary>
    /// <returns>False when it is no JSON at all.</returns>
    bool ReadJson(ReadOnlyMemory<byte> record, int line, List<T> into);

    /// <summary>Takes the names of the columns of the records that follow.</summary>
    void ReadHeader(List<string> names);

    /// <summary>Reads a record of as many fields as the header has, or notes its fault.</summary>
    void ReadFields(List<string> fields, int line, List<T> into);

    /// <summary>Notes a record that is too long to be kept.</summary>
    void Oversized(int line);
}
