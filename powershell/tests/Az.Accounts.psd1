@{
    RootModule        = 'Az.Accounts.psm1'
    ModuleVersion     = '4.0.2'
    GUID              = '17a2feff-488b-47f9-8729-e2cec094624c'
    FunctionsToExport = '*'
}
